"""Fix, look again, fix what is left, until nothing moves."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sessionlint.edits.apply import Applied, apply_fixes
from sessionlint.model.finding import Applicability, Finding, Fix, Severity
from sessionlint.model.outcome import Outcome
from sessionlint.model.records import dataclass
from sessionlint.model.source import Source
from sessionlint.run.analysis import Analysis, Checked

MAX_PASSES = 100


@dataclass(frozen=True, slots=True)
class Fixed:
    """All sources after the last pass, and what is still found in them."""

    sources: Mapping[str, Source]
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class _State:
    sources: Mapping[str, Source]
    checked: Checked


def fix_all(analysis: Analysis, sources: Mapping[str, Source], checked: Checked, unsafe: bool, only: str | None = None) -> Fixed:
    """Apply every safe fix, and with ``unsafe`` every unsafe one, of the findings whose own place is in scope.

    ``only`` is the one file that may change. A fix is dropped, and reported as an internal error, when its result does
    not parse or brings a new finding of severity error.
    """
    state = _State(sources, checked)
    dropped: set[tuple[str, ...]] = set()
    errors: list[str] = []
    fixed = 0
    for _ in range(MAX_PASSES):
        wanted = _wanted(analysis, state, unsafe, only, dropped)
        if not wanted:
            break
        state, applied = _pass(analysis, state, wanted, dropped, errors)
        fixed += applied
    else:
        errors.append(f"fixes did not come to rest after {MAX_PASSES} passes")
    outcome = state.checked.outcome
    return Fixed(state.sources, replace(outcome, fixed=fixed, errors=(*outcome.errors, *errors)))


def _wanted(analysis: Analysis, state: _State, unsafe: bool, only: str | None, dropped: set[tuple[str, ...]]) -> list[Finding]:
    levels = (Applicability.SAFE, Applicability.UNSAFE) if unsafe else (Applicability.SAFE,)
    return [
        finding
        for finding in state.checked.outcome.findings
        if finding.fix is not None
        and finding.fix.applicability in levels
        and finding.place.path in analysis.scope
        and (only is None or all(edit.place.path == only for edit in finding.fix.edits))
        and _identity(finding, state.sources) not in dropped
    ]


def _pass(
    analysis: Analysis, state: _State, wanted: Sequence[Finding], dropped: set[tuple[str, ...]], errors: list[str]
) -> tuple[_State, int]:
    """One pass; a set of fixes that does harm is halved until the harmful one stands alone. Returns the findings fixed too."""
    fixes = list(dict.fromkeys(finding.fix for finding in wanted if finding.fix))
    applied = apply_fixes(state.sources, fixes)
    after = _look(analysis, state, applied)
    harm = _harm(state.checked, after.checked, applied)
    if harm is None and applied.applied:
        return after, sum(finding.fix in applied.applied for finding in wanted)
    if len(wanted) > 1:
        half = len(wanted) // 2
        middle, first = _pass(analysis, state, wanted[:half], dropped, errors)
        if first:
            return middle, first
        return _pass(analysis, state, wanted[half:], dropped, errors)
    dropped.add(_identity(wanted[0], state.sources))
    errors.append(_complaint(wanted[0], harm or "it does not fit the text", state.sources))
    return state, 0


def _look(analysis: Analysis, state: _State, applied: Applied) -> _State:
    """The texts with the fixes in, checked again; only what changed is extracted again."""
    sources = {**state.sources, **applied.sources}
    unchanged = {path: facts for path, facts in state.checked.facts.items() if path not in applied.sources}
    return _State(sources, analysis.check(sources, unchanged))


def _harm(before: Checked, after: Checked, applied: Applied) -> str | None:
    if applied.applied and not applied.sources:
        return "it changes nothing"
    for path in applied.sources:
        problem = after.facts[path].problem
        if problem is not None:
            return f"{path} would not parse: {problem.message}"
    new = _errors(after) - _errors(before)
    return f"it would bring {', '.join(sorted(code for code, _ in new))}" if new else None


def _errors(checked: Checked) -> Counter[tuple[str, str]]:
    errors = [finding for finding in checked.outcome.findings if finding.severity is Severity.ERROR]
    return Counter((finding.code, finding.place.path) for finding in errors)


def _identity(finding: Finding, sources: Mapping[str, Source]) -> tuple[str, ...]:
    """What stays the same of a finding while text around it moves."""
    source = sources[finding.place.path]
    line = source.line_text(source.position(finding.place.span.start).line)
    return finding.code, finding.place.path, finding.message, line


def _complaint(finding: Finding, reason: str, sources: Mapping[str, Source]) -> str:
    fix: Fix | None = finding.fix
    assert fix is not None
    line = sources[finding.place.path].position(finding.place.span.start).line
    return f'{finding.place.path}:{line}: the fix "{fix.title}" of {finding.code} was dropped: {reason}'
