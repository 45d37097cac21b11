"""What is wrong, the worst first; and what a change of it would touch."""

from collections.abc import Iterator, Sequence

from sessionlint.questions.inventory.reach import Reach
from sessionlint.questions.inventory.records import Handle, Part
from sessionlint.report.audit.blocks import INFERRED, OBSERVED, Block, Line, Lines, Prose, Title, listed, number, quoted
from sessionlint.report.audit.view import Audit, Evidence, Risk
from sessionlint.report.map.graph import count

_MOST, _FEW = 10, 4


def risks(audit: Audit) -> Iterator[Block]:
    if not audit.risks:
        yield Prose("nothing was found.", OBSERVED)
    for risk in audit.risks:
        yield Title(3, f"{risk.id}. {risk.rule.code} {risk.rule.name} ({risk.level.value})")
        yield Lines(tuple(_risk(audit, risk)))
    for hidden in audit.suppressed:
        name = f"{hidden.finding.code} at {quoted(audit.at(hidden.finding.place))}"
        yield Prose(f"{name} is accepted by a comment, and counts as no risk: {hidden.finding.message}", OBSERVED)


def _risk(audit: Audit, risk: Risk) -> Iterator[Line]:
    shown = risk.evidence if audit.every else risk.evidence[:_MOST]
    below = tuple(_evidence(audit, one) for one in shown)
    more = (Line(f"and {number(len(risk.evidence) - len(shown), 'more place')}"),) if len(shown) < len(risk.evidence) else ()
    what = number(len(risk.evidence), "place")
    yield Line(what, f"Evidence ({OBSERVED})", (*below, *more))
    yield Line(risk.page.breaks or risk.rule.why, f"Failure mode ({INFERRED})")
    yield Line("", "Blast radius", _blast(audit, risk))
    yield Line(_direction(risk), "Minimal fix direction")


def _evidence(audit: Audit, one: Evidence) -> Line:
    finding = one.finding
    below = tuple(Line(f"{quoted(audit.at(related.place))} {related.message}") for related in finding.related[:_FEW])
    return Line(f"{quoted(audit.at(finding.place))} {finding.message}", below=below)


def _blast(audit: Audit, risk: Risk) -> tuple[Line, ...]:
    widest = max(risk.evidence, key=lambda one: one.reach.size).reach
    return blast_radius(audit, widest)


def blast_radius(audit: Audit, reach: Reach) -> tuple[Line, ...]:
    lines = list(_users(audit, reach))
    direct, beyond = reach.importers[: reach.direct], reach.importers[reach.direct :]
    if direct:
        lines.append(Line(f"imported by {_files(direct)}", OBSERVED))
    if beyond:
        lines.append(Line(f"imported through these by {_files(beyond)}", INFERRED))
    if not lines:
        name = quoted(reach.by.full_name) if reach.by is not None and reach.by.name else "the file itself"
        lines.append(Line(f"nothing beyond {name} was found", INFERRED))
    return tuple(lines)


def _users(audit: Audit, reach: Reach) -> Iterator[Line]:
    """By role, whoever has sessions that come from there."""
    for part in Part:
        named = [quoted(code.full_name) for code in reach.users if code.part is part]
        if named:
            yield Line(f"{count(len(named), part)}: {listed(named, _FEW, audit.every)}", OBSERVED)
    through = [quoted(code.full_name) for code in reach.things]
    if through:
        yield Line(f"by way of {listed(through, _FEW, audit.every)}", OBSERVED)


def _files(handles: Sequence[Handle]) -> str:
    return ", ".join(
        number(amount, f"{part.value} file" if part is not Part.SERVICE else "file")
        for part in Part
        if (amount := sum(one.part is part for one in handles))
    )


def _direction(risk: Risk) -> str:
    return next((one.finding.help for one in risk.evidence if one.finding.help), "") or _title(risk) or risk.rule.why


def _title(risk: Risk) -> str:
    return next((one.finding.fix.title for one in risk.evidence if one.finding.fix is not None), "")


# --- impact -----------------------------------------------------------------------------------------------------------


def impact(audit: Audit) -> Iterator[Block]:
    if not audit.risks:
        yield Prose("nothing is to be changed.", OBSERVED)
        return
    yield Lines(tuple(Line("", risk.id, tuple(_impact(audit, risk))) for risk in audit.risks))


def _impact(audit: Audit, risk: Risk) -> Iterator[Line]:
    edited = sorted({edit.place.path for one in risk.evidence if one.finding.fix for edit in one.finding.fix.edits})
    beyond = [quoted(path) for path in edited if path not in risk.files]
    if beyond:
        yield Line(f"its fix also changes {listed(beyond, _FEW, audit.every)}", OBSERVED)
    elif edited:
        yield Line("its fix changes no other file", OBSERVED)
    held = sorted({code.full_name for one in risk.evidence for code in one.reach.things if _is_held(audit, code.place)})
    if held:
        named = listed([quoted(name) for name in held], _FEW, audit.every)
        yield Line(f"whoever imports, overrides or patches {named} has to find it where it was", INFERRED)
    tests = tests_of(audit, risk)
    if tests:
        yield Line(f"tests that touch it: {listed([quoted(path) for path in tests], _FEW, audit.every)}", OBSERVED)
    elif not edited and not held:
        yield Line("nothing beyond the places themselves", INFERRED)


def _is_held(audit: Audit, place: object) -> bool:
    return any(at == place and (one.imports or one.overrides or one.patches) for at, one in audit.whole.handles.items())


def tests_of(audit: Audit, risk: Risk) -> list[str]:
    """The test files that hold on to what a risk is about, or import its files."""
    found: dict[str, None] = {}
    for one in risk.evidence:
        for code in one.reach.things:
            found |= dict.fromkeys(audit.tests.get(code.place, ()))
    for record in audit.files:
        if record.path in risk.files:
            found |= dict.fromkeys(each.place.path for each in record.importers if each.part is Part.TEST)
    return sorted(found)
