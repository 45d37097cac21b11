"""Findings that are not reported, a line for each, with what hides it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sessionlint.model.finding import Finding
from sessionlint.model.outcome import Outcome, Suppressed
from sessionlint.model.source import Place, Source
from sessionlint.report import concise
from sessionlint.report.look import Look
from sessionlint.report.places import start_of
from sessionlint.report.visible import visible


def render(outcome: Outcome, sources: Mapping[str, Source], look: Look) -> str:
    """As the concise format, and behind each line in brackets the comment, with its reason, or the baseline."""
    lines = [(finding, f"[{why}]") for finding, why in _hidden(outcome, sources, look)]
    lines.sort(key=lambda line: (line[0].place, line[0].code))
    return "".join(f"{_line(finding, sources, look)} {visible(why)}\n" for finding, why in lines)


def _hidden(outcome: Outcome, sources: Mapping[str, Source], look: Look) -> Iterator[tuple[Finding, str]]:
    for entry in outcome.suppressed:
        yield entry.finding, _comment(entry, sources, look)
    yield from ((finding, "in the baseline") for finding in outcome.baselined)
    yield from ((finding, "there before") for finding in outcome.older)


def _comment(entry: Suppressed, sources: Mapping[str, Source], look: Look) -> str:
    place = Place(entry.path, entry.suppression.span)
    where = f"{look.shown_path(entry.path)}:{start_of(place, sources).line}"
    return f"suppressed at {where}: {entry.suppression.reason or 'no reason given'}"


def _line(finding: Finding, sources: Mapping[str, Source], look: Look) -> str:
    alone = Outcome(findings=(replace(finding, fix=None),))
    return concise.render(alone, sources, look).rstrip("\n")
