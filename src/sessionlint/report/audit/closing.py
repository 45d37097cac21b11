"""Which tests there are, how much is at risk and why, what the past says, and what to do first."""

from collections.abc import Iterator

from sessionlint.questions.inventory.records import Part
from sessionlint.report.audit.blocks import INFERRED, OBSERVED, UNKNOWN, Block, Line, Lines, Prose, Table, listed, number, quoted
from sessionlint.report.audit.plan import command_of, what_to_do
from sessionlint.report.audit.view import Audit, Level, Risk, parts_of
from sessionlint.report.map.graph import count

_FEW, _MANY = 6, 12


# --- tests ------------------------------------------------------------------------------------------------------------


def verification(audit: Audit) -> Iterator[Block]:
    lines = []
    tests = sorted({one.place.path for record in audit.files for one in record.importers if one.part is Part.TEST})
    if tests:
        named = [quoted(path) for path in tests]
        lines.append(Line(f"{number(len(tests), 'test file')} import it: {listed(named, _MANY, audit.every)}", OBSERVED))
    else:
        lines.append(Line("no test imports what was asked about", OBSERVED))
    replaced = [audit.whole.handles_of(code.place) for code in audit.map.inventory.codes]
    places = [
        quoted(audit.at(one.place)) for each in replaced for one in (*each.overrides, *each.patches) if one.part is Part.TEST
    ]
    if places:
        lines.append(Line(f"tests replace parts of it at {listed(places, _FEW, audit.every)}", OBSERVED))
        lines.append(Line("what is replaced there is itself not tested by them", INFERRED))
    lines += [Line(told, f"Untested ({label})") for told, label in untested(audit)]
    yield Lines(tuple(lines))


def untested(audit: Audit) -> Iterator[tuple[str, str]]:
    """What no test can be seen to run, and how sure that is."""
    paths = {record.path for record in audit.files}
    for code in audit.map.inventory.codes:
        if code.place.path in paths and code.part is not Part.TEST and not audit.tests.get(code.place):
            yield f"no test names {quoted(code.full_name)}", INFERRED
    for engine in audit.map.inventory.engines:
        if engine.code.place.path in paths and engine.code.part is not Part.TEST:
            if engine.at_import and engine.url:
                yield f"the import without {quoted(engine.url)}, or with one that is no URL", INFERRED
            if not any(place.path in {path for tests in audit.tests.values() for path in tests} for place in engine.disposed):
                yield f"the end of {quoted(engine.code.full_name)}: no test disposes it", OBSERVED


# --- rating -----------------------------------------------------------------------------------------------------------

_ORDER = (Level.HIGH, Level.MEDIUM, Level.LOW, Level.NONE)
_WORST = {
    Level.HIGH: "an error was found: it fails as soon as its code runs, or loses data or connections while it runs",
    Level.MEDIUM: "a warning was found: it fails under conditions that production meets",
    Level.LOW: "only remarks were found: they cost clarity, or something at the end of a process",
    Level.NONE: "none of the rules has anything to say",
}


def rating(audit: Audit) -> Iterator[Block]:
    yield Prose(audit.level.value, "Rating")
    yield Lines(tuple(Line(told, label) for label, told in reasons(audit)))


def reasons(audit: Audit) -> Iterator[tuple[str, str]]:
    """Why it is no better, and why it is no worse."""
    worst = [risk for risk in audit.risks if risk.level is audit.level]
    which = f" ({', '.join(risk.id for risk in worst)})" if worst else ""
    yield "Why", f"{_WORST[audit.level]}{which}"
    if worst:
        parts = parts_of(max((one.reach for one in worst[0].evidence), key=lambda reach: reach.size))
        met = ", ".join(count(amount, part) for part, amount in parts.items()) or "the file itself"
        yield f"Why at least {audit.level.value}", f"{worst[0].id} meets {met}"
    if audit.level in (Level.MEDIUM, Level.LOW):
        higher = _ORDER[_ORDER.index(audit.level) - 1].value
        yield f"Why not {higher}", f"no {'error' if audit.level is Level.MEDIUM else 'warning'} was found{_mitigated(audit)}"


def _mitigated(audit: Audit) -> str:
    handles = [audit.whole.handles_of(code.place) for code in audit.map.inventory.codes]
    replaced = [one for each in handles for one in (*each.overrides, *each.patches) if one.part is Part.TEST]
    return "; tests put their own engine or session in its place, which keeps part of it from them" if replaced else ""


# --- history ----------------------------------------------------------------------------------------------------------


def history(audit: Audit) -> Iterator[Block]:
    past = audit.history
    if past.missing:
        yield Prose(f"{past.missing}.", UNKNOWN)
        return
    if not past.commits:
        yield Prose("no commit has what was asked about yet.", OBSERVED)
        return
    rows = tuple((quoted(one.name[:12]), one.date, quoted(one.author), quoted(one.subject)) for one in past.commits)
    yield Prose(f"{number(len(rows), 'commit')}{', the latest of more' if past.is_cut else ''}:", OBSERVED)
    yield Table(("commit", "date", "author", "subject"), rows)


# --- actions ----------------------------------------------------------------------------------------------------------


def actions(audit: Audit) -> Iterator[Block]:
    if not audit.risks:
        yield Prose("none.")
        return
    yield Lines(tuple(_action(risk) for risk in audit.risks), numbered=True)


def _action(risk: Risk) -> Line:
    command = command_of(risk)
    below = (Line(quoted(command)),) if command else ()
    return Line(f"{what_to_do(risk)} ({number(len(risk.evidence), 'place')}); add its test", f"{risk.id} {risk.rule.code}", below)
