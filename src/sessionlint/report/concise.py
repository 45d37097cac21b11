"""One line per finding: ``path:line:column: SES301 [error] [*] message``."""

from collections.abc import Mapping

from sessionlint.model.finding import Finding
from sessionlint.model.outcome import Outcome
from sessionlint.model.source import Source
from sessionlint.report.look import Look
from sessionlint.report.places import start_of
from sessionlint.report.visible import visible


def render(outcome: Outcome, sources: Mapping[str, Source], look: Look) -> str:
    return "".join(f"{_line(finding, sources, look)}\n" for finding in outcome.findings)


def said(finding: Finding, look: Look) -> str:
    """What is said of a finding behind its place: code, severity, ``[*]`` where ``--fix`` would repair it, and the message."""
    mark = "[*] " if look.fixable(finding.fix) else ""
    label = f"{finding.code} [{finding.severity.value}]"
    return f"{look.paint(label, finding.severity.value)} {mark}{visible(finding.message)}"


def _line(finding: Finding, sources: Mapping[str, Source], look: Look) -> str:
    start = start_of(finding.place, sources)
    path = look.paint(visible(look.shown_path(finding.place.path)), "strong")
    return f"{path}:{start.line}:{start.column}: {said(finding, look)}"
