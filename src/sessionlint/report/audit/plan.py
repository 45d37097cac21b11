"""How each risk is removed: the change, what it must not break, what stands in its way, and the test to add."""

from collections.abc import Iterator
from posixpath import basename, dirname

from sessionlint.model.finding import Applicability
from sessionlint.report.audit.blocks import INFERRED, OBSERVED, Block, Line, Lines, Listing, Prose, Title, listed, quoted
from sessionlint.report.audit.risks import tests_of
from sessionlint.report.audit.view import Audit, Evidence, Risk
from sessionlint.report.proposal import proposed_changes

_MOST, _FEW, _MOST_LINES = 3, 6, 200
_OBSTACLE = "the way of a fix"
_STANDS = "stands in the way"


def plan(audit: Audit) -> Iterator[Block]:
    if not audit.risks:
        yield Prose("nothing to do.")
    for risk in audit.risks:
        yield Title(3, f"For {risk.id}: {risk.rule.name}")
        yield Lines(tuple(_steps(audit, risk)))
        yield from _diffs(audit, risk)


def _steps(audit: Audit, risk: Risk) -> Iterator[Line]:
    yield Line(listed([quoted(path) for path in risk.files], _FEW, audit.every), "Where")
    yield Line(what_to_do(risk), "What")
    yield Line(risk.rule.why, "Why")
    invariants = tuple(invariants_of(audit, risk))
    yield Line("" if invariants else "what the code does otherwise stays as it is", "Invariants", invariants)
    obstacles = tuple(obstacles_of(audit, risk))
    yield Line("" if obstacles else "nothing that was seen", "In the way", obstacles)
    yield Line(f"{quoted(test_name(audit, risk))}: {risk.page.test_to_add}", "Test to add")


def what_to_do(risk: Risk) -> str:
    titles = list(dict.fromkeys(one.finding.fix.title for one in risk.evidence if one.finding.fix is not None))
    by_hand = next((one.finding.help for one in risk.evidence if one.finding.fix is None and one.finding.help), "")
    told = listed(titles, 4)
    return "; ".join(filter(None, (told, f"by hand: {by_hand}" if by_hand else ""))) or risk.rule.why


def command_of(risk: Risk) -> str:
    """What applies the fixes, "" where there is none."""
    if not any(one.finding.fix for one in risk.evidence):
        return ""
    fixes = [one.finding.fix.applicability for one in risk.evidence if one.finding.fix is not None]
    if all(fix is Applicability.DISPLAY for fix in fixes):
        return ""
    unsafe = " --unsafe-fixes" if Applicability.UNSAFE in fixes else ""
    shown = list(risk.files[:_FEW])
    return f"sessionlint check --select {risk.rule.code} --fix{unsafe} {' '.join(shown)}"


def invariants_of(audit: Audit, risk: Risk) -> Iterator[Line]:
    for record in audit.files:
        if record.path in risk.files and record.contracts:
            names = [quoted(contract.name) for contract in record.contracts]
            told = f"{listed(names, _FEW, audit.every)} of {quoted(record.module)} can be imported as before"
            yield Line(told, OBSERVED)
    for code in dict.fromkeys(code for one in risk.evidence for code in one.reach.things):
        handles = audit.whole.handles_of(code.place)
        for what, some in (("overrides", handles.overrides), ("patches", handles.patches)):
            if some:
                places = listed([quoted(audit.at(one.place)) for one in some], 3, audit.every)
                yield Line(f"the {what} of {quoted(code.full_name)} at {places} still replace what is used", INFERRED)


def obstacles_of(audit: Audit, risk: Risk) -> Iterator[Line]:
    for one in risk.evidence:
        for related in one.finding.related:
            if _OBSTACLE in related.message or _STANDS in related.message:
                yield Line(f"{quoted(audit.at(related.place))} {related.message}", OBSERVED)
    open_ones = sum(one.finding.fix is None for one in risk.evidence)
    if open_ones:
        yield Line(f"{open_ones} of {len(risk.evidence)} have no fix that a tool can prove: a person decides", OBSERVED)
    if any(one.finding.fix and one.finding.fix.applicability is Applicability.UNSAFE for one in risk.evidence):
        yield Line(
            f"its fix may change what the program does: read the diff, and its page (`sessionlint rule {risk.rule.code}`)",
            OBSERVED,
        )
    if not tests_of(audit, risk):
        yield Line("no test that touches it was found", OBSERVED)


def test_name(audit: Audit, risk: Risk) -> str:
    """A file for the test, beside one that touches the code already."""
    stem = basename(risk.files[0]).partition(".")[0]
    folder = next((dirname(path) for path in tests_of(audit, risk)), "tests")
    return f"{folder or '.'}/test_{stem}_{risk.rule.name.replace('-', '_')}.py".removeprefix("./")


# --- diffs ------------------------------------------------------------------------------------------------------------


def _diffs(audit: Audit, risk: Risk) -> Iterator[Block]:
    if risk.page.instead and any(one.finding.fix is None for one in risk.evidence):
        yield Prose("The form to aim at, in the names of the rule's page:")
        yield Listing(risk.page.instead, "python")
    with_fix = [one for one in risk.evidence if one.finding.fix is not None]
    shown = with_fix if audit.every else with_fix[:_MOST]
    for one in shown:
        yield from (Listing(lines, "diff") for lines in diff_of(audit, one))
    if len(shown) < len(with_fix):
        yield Prose(f"{len(with_fix) - len(shown)} more diffs: {quoted(command_of(risk).replace('--fix', '--diff'))}")


def diff_of(audit: Audit, one: Evidence) -> Iterator[tuple[str, ...]]:
    """The fix of a finding, a diff per file."""
    fix = one.finding.fix
    if fix is None:
        return
    for path, lines in proposed_changes(fix, audit.map.sources):
        told = [f"{line.sign}{line.text}" if line.sign != "..." else "@@" for line in lines[:_MOST_LINES]]
        more = [f"@@ {len(lines) - _MOST_LINES} more lines"] if len(lines) > _MOST_LINES else []
        yield (f"--- {path}", f"+++ {path}", *told, *more)
