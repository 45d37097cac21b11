"""One line per finding, under the name of its file."""

from collections.abc import Iterator, Mapping
from itertools import groupby

from sessionlint.model.finding import Finding
from sessionlint.model.outcome import Outcome
from sessionlint.model.source import Source
from sessionlint.report.concise import said
from sessionlint.report.look import Look
from sessionlint.report.places import start_of
from sessionlint.report.visible import visible


def render(outcome: Outcome, sources: Mapping[str, Source], look: Look) -> str:
    files = groupby(outcome.findings, key=lambda finding: finding.place.path)
    return "".join("\n".join(_file(path, list(findings), sources, look)) + "\n\n" for path, findings in files)


def _file(path: str, findings: list[Finding], sources: Mapping[str, Source], look: Look) -> Iterator[str]:
    starts = [start_of(finding.place, sources) for finding in findings]
    lines = max(len(str(start.line)) for start in starts)
    columns = max(len(str(start.column)) for start in starts)
    yield look.paint(visible(look.shown_path(path)), "strong") + ":"
    for finding, start in zip(findings, starts, strict=True):
        yield f"  {start.line:>{lines}}:{start.column:<{columns}} {said(finding, look)}"
