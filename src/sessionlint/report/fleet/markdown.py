"""A fleet for people, in Markdown: what matters first. What it quotes is nothing but text there."""

from collections.abc import Iterator, Sequence

from sessionlint.model.finding import Severity
from sessionlint.report.audit import markdown
from sessionlint.report.audit.blocks import Block, Line, Lines, Prose, Table, Title, quoted
from sessionlint.report.fleet import told
from sessionlint.report.fleet.view import KINDS, NOBODY, Age, Counts, Fleet, Found, Row, RunLine, Service

_MOST_ROWS = 200  # a summary on GitHub takes 1 MiB
_MOST_NEW = 100
_MOST_RUNS = 12
_COUNTED = ("errors", "warnings", "remarks")


def render(fleet: Fleet) -> Iterator[str]:
    for place, block in enumerate(_document(fleet)):
        yield ("\n" if place else "") + markdown.render([block])


def _document(fleet: Fleet) -> Iterator[Block]:
    yield Title(1, "Sessions across repositories")
    yield Prose(told.verdict(fleet.summary))
    yield from _marked(told.incomplete(fleet), "Incomplete")
    yield from _marked(told.unanalysed(fleet.summary), "Not known")
    yield from _changes(fleet)
    yield from _marked(told.fixable(fleet.summary), "Fixable")
    yield from _unknown(told.unknown(fleet.summary.rows))
    yield from _new(fleet)
    for kind in fleet.kinds:
        yield from _group(fleet, kind)
    yield from _services(fleet, told.worst_first(fleet.summary.rows))
    yield from _trend(fleet)
    if caveats := [Line(text) for text in told.caveats(fleet)]:
        yield Title(2, "To be known")
        yield Lines(tuple(caveats))


def _marked(text: str, label: str) -> Iterator[Block]:
    if text:
        yield Prose(text, label)


def _changes(fleet: Fleet) -> Iterator[Block]:
    first, *more = [*told.changes(fleet), ""]
    if first:
        yield Prose(first, "Trend")
        yield from [Lines(tuple(map(Line, more[:-1])))] if more[:-1] else []


def _unknown(rows: Sequence[Row]) -> Iterator[Block]:
    if not rows:
        return
    yield Title(2, f"Could not be analysed ({len(rows):,})")
    cells = ((quoted(row.repository), _owners(row), row.status, quoted(row.reason), told.last_known(row)) for row in rows)
    yield Table(("repository", "owner", "status", "why", "last known"), tuple(cells)[:_MOST_ROWS])
    yield from _rest(len(rows), "repositories")


def _new(fleet: Fleet) -> Iterator[Block]:
    count = fleet.summary.whole.recent
    if not count:
        return
    names = [row.repository for row in told.worst_first(fleet.summary.rows) if row.counts.recent]
    yield Title(2, f"New since {fleet.against.name if fleet.against else ''} ({count:,})")
    yield Table(("repository", "where", "severity", "rule", "what", ""), tuple(_first(fleet, names)))
    if count > _MOST_NEW:
        yield Prose(f"{count - _MOST_NEW:,} more are in the other formats.")


def _first(fleet: Fleet, names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    left = _MOST_NEW
    for name in names:
        service = fleet.service(name)
        found = [each for each in service.found if each.is_recent][:left]
        yield from (_finding(fleet, service, each) for each in found)
        left -= len(found)
        if not left:
            return


def _finding(fleet: Fleet, service: Service, found: Found) -> tuple[str, ...]:
    rule = f"{quoted(found.code)} {fleet.name_of(found.code)}"
    returned = "returned" if found.age is Age.RETURNED else ""
    return quoted(service.repository), quoted(found.where), found.severity.value, rule, found.data["message"], returned


def _group(fleet: Fleet, kind: str) -> Iterator[Block]:
    groups = fleet.summary.of(kind)
    if not groups:
        return
    yield Title(2, KINDS[kind])
    rows = (_counted(_name(fleet, kind, name), str(counts.services), counts, fleet) for name, counts in groups[:_MOST_ROWS])
    yield Table((kind, "repositories", *_COUNTED, "fixable", *_compared(fleet)), tuple(rows))
    yield from _rest(len(groups), f"{KINDS[kind].lower()}")


def _name(fleet: Fleet, kind: str, name: str) -> str:
    if name == NOBODY:
        return "(none)" if kind == "label" else "(nobody is named)"
    return f"{quoted(name)} {fleet.name_of(name)}".strip() if kind == "rule" else quoted(name)


def _counted(name: str, more: str, counts: Counts, fleet: Fleet) -> tuple[str, ...]:
    numbers = [counts.severities[severity] for severity in Severity] + [counts.fixable]
    ages = [counts.recent, counts.ages[Age.FIXED]] if fleet.against else []
    return (name, more, *(f"{each:,}" if each else "" for each in (*numbers, *ages)))


def _compared(fleet: Fleet) -> tuple[str, ...]:
    return ("new", "fixed") if fleet.against else ()


def _services(fleet: Fleet, rows: Sequence[Row]) -> Iterator[Block]:
    if not rows:
        return
    yield Title(2, "Repositories")
    cells = (_counted(quoted(row.repository), _owners(row), row.counts, fleet) for row in rows[:_MOST_ROWS])
    yield Table(("repository", "owner", *_COUNTED, "fixable", *_compared(fleet)), tuple(cells))
    yield from _rest(len(rows), "repositories")


def _owners(row: Row) -> str:
    return ", ".join(quoted(owner) for owner in row.owners[:3]) + (", ..." if len(row.owners) > 3 else "")


def _trend(fleet: Fleet) -> Iterator[Block]:
    if len(fleet.runs) < 2:
        return
    yield Title(2, "Runs")
    yield Table(("run", "version", "analysed", *_COUNTED, ""), tuple(_run(run) for run in fleet.runs[-_MOST_RUNS:]))


def _run(run: RunLine) -> tuple[str, ...]:
    numbers = (f"{run.severities.get(severity.value, 0):,}" for severity in Severity)
    whole = "" if run.is_complete else "incomplete"
    return run.name, run.version, f"{run.analysed:,} of {run.repositories:,}", *numbers, whole


def _rest(count: int, what: str) -> Iterator[Block]:
    if count > _MOST_ROWS:
        yield Prose(f"{count - _MOST_ROWS:,} more {what} are in the other formats.")
