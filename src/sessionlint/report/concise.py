"""One line per finding: ``path:line:column: SES301 [*] message``."""

from collections.abc import Mapping

from sessionlint.model.finding import Finding
from sessionlint.model.outcome import Outcome
from sessionlint.model.source import Source
from sessionlint.report.look import Look
from sessionlint.report.places import start_of
from sessionlint.report.visible import visible


def render(outcome: Outcome, sources: Mapping[str, Source], look: Look) -> str:
    return "".join(f"{_line(finding, sources, look)}\n" for finding in outcome.findings)


def _line(finding: Finding, sources: Mapping[str, Source], look: Look) -> str:
    start = start_of(finding.place, sources)
    where = f"{look.paint(visible(look.shown_path(finding.place.path)), 'strong')}:{start.line}:{start.column}:"
    mark = "[*] " if look.fixable(finding.fix) else ""
    return f"{where} {look.paint(finding.code, finding.severity.value)} {mark}{visible(finding.message)}"
