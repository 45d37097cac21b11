"""What somebody who opens the page reads first: four numbers."""

from collections.abc import Iterator

from sessionlint.report.fleet.view import Age, Fleet
from sessionlint.report.html.escape import text


def cards(fleet: Fleet) -> str:
    made = "".join(
        f'<li class="card {kind}"><strong>{text(value)}</strong><span>{text(what)}</span></li>'
        for kind, value, what in _cards(fleet)
    )
    return f'<ul class="cards">{made}</ul>\n'


def _cards(fleet: Fleet) -> Iterator[tuple[str, str, str]]:
    bad = "bad" if fleet.summary.affected else "good"
    yield bad, f"{fleet.summary.affected:,} of {fleet.summary.analysed:,}", "analysed repositories have errors or warnings"
    if fleet.against is not None:
        come, gone = fleet.summary.whole.recent, fleet.summary.whole.ages[Age.FIXED]
        kind = "bad" if come > gone else "good" if gone > come else ""
        yield kind, f"+{come:,} \u2212{gone:,}", f"findings since {fleet.against.name}"
    total = fleet.summary.statuses.total()
    yield "warn" if fleet.summary.unanalysed else "good", f"{fleet.summary.unanalysed:,} of {total:,}", "could not be analysed"
    fixable, findings = fleet.summary.whole.fixable, fleet.summary.whole.findings
    yield "", f"{fixable:,} of {findings:,}", "findings can be fixed safely"
