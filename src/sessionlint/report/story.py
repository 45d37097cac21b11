"""A finding told in plain lines, for consumers that show a text as it is."""

from collections.abc import Callable, Mapping

from sessionlint.model.finding import Finding
from sessionlint.model.source import Source
from sessionlint.report.places import start_of
from sessionlint.report.visible import visible


def story(finding: Finding, sources: Mapping[str, Source], shown_path: Callable[[str], str]) -> str:
    """What will happen, the other places of the story, and what to do about it, a line each."""
    lines = [finding.message]
    for related in finding.related:
        start = start_of(related.place, sources)
        lines.append(f"{visible(shown_path(related.place.path))}:{start.line}:{start.column}: {related.message}")
    if finding.help:
        lines.append(f"help: {finding.help}")
    return "\n".join(lines)
