"""What is said of a fleet in sentences, the same in Markdown and on the page. Texts are prose with code between backticks."""

from collections.abc import Iterable, Iterator

from sessionlint.model.finding import Severity
from sessionlint.report.audit.blocks import number
from sessionlint.report.fleet.view import ANALYSED, Age, Counts, Fleet, Row, Summary

STATUSES = {
    "failed": "failed",
    "timed-out": "timed out",
    "out-of-memory": "ran out of memory",
    "poisoned": "set aside, after failing again and again",
}
"""Of repositories that could not be analysed."""
_MORE = {
    Age.RETURNED: "of those more were fixed once, and came back",
    Age.FIRST_LOOK: "in repositories that were not known before; counted neither way",
    Age.REVEALED: "not reported before, by another version or configuration; counted neither way",
    Age.WITHDRAWN: "not reported any more, by another version or configuration; counted neither way",
}
"""What the ages of findings mean, beside those that make it better or worse."""
WORDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "remark"}


def severities(counts: Counts) -> str:
    """``3 errors, 1 warning``."""
    told = [number(counts.severities[each], word) for each, word in WORDS.items() if counts.severities[each]]
    return ", ".join(told) or "no findings"


def verdict(summary: Summary) -> str:
    """What the whole report comes to, in a sentence."""
    counts = summary.whole
    analysed = f"{summary.analysed:,} analysed {'repository' if summary.analysed == 1 else 'repositories'}"
    if not counts.findings:
        return f"Nothing was found in {analysed}."
    have = "has" if summary.affected == 1 else "have"
    return f"{summary.affected:,} of {analysed} {have} errors or warnings: {severities(counts)}."


def unanalysed(summary: Summary) -> str:
    """How many could not be analysed, and what may still be in them; "" where there are none."""
    if not summary.unanalysed:
        return ""
    split = ", ".join(f"{summary.statuses[status]:,} {said}" for status, said in STATUSES.items() if summary.statuses[status])
    others = summary.unanalysed - sum(summary.statuses[status] for status in STATUSES)
    split += f"{', ' if split else ''}{others:,} for other reasons" if others else ""
    told = f"{summary.unanalysed:,} of {summary.statuses.total():,} could not be analysed: {split}."
    last = summary.unknown_findings
    return told + (f" The last that is known of them is {number(last, 'finding')}, counted nowhere else here." if last else "")


def incomplete(fleet: Fleet) -> str:
    """That the run is not all of the fleet; "" where it is, as far as is known."""
    if fleet.run.is_complete:
        return ""
    return f"Run {fleet.run.number} was interrupted, or shards of it are missing: what it did not come to is not here."


def changes(fleet: Fleet) -> Iterator[str]:
    """Whether it gets better: what has come and what has gone since the run that this is compared with."""
    if fleet.against is None:
        return
    ages = fleet.summary.whole.ages
    come, gone = fleet.summary.whole.recent, ages[Age.FIXED]
    yield f"Since {fleet.against.name}: {come:,} more, {gone:,} fixed: {_direction(come, gone)}."
    yield from (f"{ages[age]:,} {told}" for age, told in _MORE.items() if ages[age])


def _direction(come: int, gone: int) -> str:
    if come == gone:
        return "as many as before"
    return f"{abs(come - gone):,} {'more' if come > gone else 'fewer'} than before"


def caveats(fleet: Fleet) -> Iterator[str]:
    """What has to be known before anybody believes the numbers."""
    summary = fleet.summary
    if fleet.against is not None and not fleet.against.is_complete:
        yield f"{fleet.against.name} was interrupted, or shards of it are missing."
    if fleet.against is not None and fleet.against.version != fleet.run.version:
        yield f"Versions differ: {fleet.against.version} then, {fleet.run.version} now. What is new or fixed may be so for that."
    if fleet.against is not None and fleet.against.configuration != fleet.run.configuration:
        yield "The two runs were told to look for different things. What is new or fixed may be so for that."
    if fleet.left:
        named = ", ".join(f"`{each}`" for each in map(_as_code, fleet.left[:5]))
        more = f" and {len(fleet.left) - 5:,} more" if len(fleet.left) > 5 else ""
        count = number(len(fleet.left), "repository", "repositories")
        yield f"{count} of that run {'is' if len(fleet.left) == 1 else 'are'} not in this one, and not counted: {named}{more}."
    if summary.statuses["skipped"]:
        yield f"{number(summary.statuses['skipped'], 'repository has', 'repositories have')} no Python files."
    if summary.files_skipped:
        checked = number(summary.files_checked, "file was", "files were")
        yield f"{number(summary.files_skipped, 'file')} could not be read; {checked} checked."
    if summary.errors:
        times = number(summary.errors, "time")
        yield f"sessionlint failed {times} over a file or a rule, and may not have found everything there."
    if summary.suppressed or summary.baselined:
        yield f"Not counted: {summary.suppressed:,} suppressed by comments, {summary.baselined:,} in baselines."


def fixable(summary: Summary) -> str:
    count = summary.whole.fixable
    return f"{number(count, 'finding')} can be fixed safely: `sessionlint fleet fix` writes the patches." if count else ""


def worst_first(rows: Iterable[Row]) -> list[Row]:
    """Those in which something was found, or has gone."""
    return sorted((row for row in rows if row.counts.ages.total()), key=lambda row: (row.counts.rank, row.repository))


def unknown(rows: Iterable[Row]) -> list[Row]:
    """Those that could not be analysed, of which most was known first."""
    found = (row for row in rows if row.status not in ANALYSED)
    return sorted(found, key=lambda row: (-row.last_findings, row.status, row.repository))


def last_known(row: Row) -> str:
    """What is known of a repository that could not be analysed."""
    return f"{number(row.last_findings, 'finding')} in run {row.last_run}" if row.last_run else "never analysed"


def _as_code(text: str) -> str:
    return text.replace("`", "'")
