"""Fix, look again, fix what is left, until nothing moves."""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import field, replace

from sessionlint.edits.apply import Applied, apply_fixes
from sessionlint.model.failure import told
from sessionlint.model.finding import Applicability, Finding, Fix, Severity
from sessionlint.model.outcome import Outcome
from sessionlint.model.records import dataclass
from sessionlint.model.source import Source
from sessionlint.run.analysis import Analysis, Checked, State
from sessionlint.run.fixing.hands import paths_of

MAX_PASSES = 100


@dataclass(frozen=True, slots=True)
class Fixed:
    """All sources after the last pass, and what is still found in them."""

    sources: Mapping[str, Source]
    outcome: Outcome


def fix_all(
    analysis: Analysis,
    sources: Mapping[str, Source],
    checked: Checked,
    unsafe: bool,
    only: str | None = None,
    codes: frozenset[str] | None = None,
) -> Fixed:
    """Apply every safe fix, and with ``unsafe`` every unsafe one, of the findings whose own place is in scope.

    ``only`` is the one file that may change, ``codes`` are those of the rules whose fixes are wanted. A fix is dropped, and
    reported as an internal error, when its result does not parse or brings a new finding of severity error that it does not
    merely uncover.
    """
    fixing = Fixing(analysis, State(sources, checked), unsafe, only, codes)
    fixing.run()
    return fixing.result()


@dataclass(slots=True)
class Fixing:
    """A run of fixes under way: where it stands, and what it will not do (again).

    ``only`` is the one file that may change, ``frozen`` are files that may not; ``codes`` are those of the rules whose fixes are
    wanted (None: of all), ``dropped`` are fixes that do harm, or that nobody wants.
    """

    analysis: Analysis
    state: State
    unsafe: bool
    only: str | None = None
    codes: frozenset[str] | None = None
    frozen: set[str] = field(default_factory=set)
    dropped: set[tuple[str, ...]] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)
    repaired: list[tuple[str, str]] = field(default_factory=list)

    def wanted(self, *, frozen: bool = False) -> list[Finding]:
        """The findings whose fixes are to be applied, as the texts now are; with ``frozen`` those of frozen files, too."""
        outcome, past = self.state.checked.outcome, self.analysis.past
        found = outcome.findings if past is None else past.new(outcome, self.state.sources)
        levels = (Applicability.SAFE, Applicability.UNSAFE) if self.unsafe else (Applicability.SAFE,)
        return [
            finding
            for finding in found
            if finding.fix is not None
            and finding.fix.applicability in levels
            and finding.place.path in self.analysis.scope
            and (self.codes is None or finding.code in self.codes)
            and (self.only is None or paths_of(finding) == [self.only])
            and (frozen or self.frozen.isdisjoint(paths_of(finding)))
            and _identity(finding, self.state.sources) not in self.dropped
        ]

    def run(self) -> None:
        """Apply all that is wanted until nothing moves."""
        for _ in range(MAX_PASSES):
            wanted = self.wanted()
            if not wanted:
                return
            self.apply(wanted)
        self.errors.append(f"fixes did not come to rest after {MAX_PASSES} passes")

    def apply(self, wanted: Sequence[Finding]) -> None:
        """One pass over the fixes of ``wanted``."""
        self.state, repaired = _pass(self.analysis, self.state, wanted, self.dropped, self.errors)
        self.repaired = [*self.repaired, *((finding.place.path, finding.code) for finding in repaired)]

    def decline(self, finding: Finding) -> None:
        """Leave the fix of ``finding`` alone from here on."""
        self.dropped.add(_identity(finding, self.state.sources))

    def result(self) -> Fixed:
        outcome = self.state.checked.outcome
        errors = (*outcome.errors, *self.errors)
        return Fixed(self.state.sources, replace(outcome, repaired=tuple(self.repaired), errors=errors))


def _pass(
    analysis: Analysis, state: State, wanted: Sequence[Finding], dropped: set[tuple[str, ...]], errors: list[str]
) -> tuple[State, list[Finding]]:
    """One pass; a set of fixes that does harm is halved until the harmful one stands alone. Returns the findings fixed too."""
    applied, after, harm = _tried(analysis, state, wanted)
    if harm is None and applied.applied:
        return after, [finding for finding in wanted if finding.fix in applied.applied]
    if len(wanted) > 1:
        half = len(wanted) // 2
        middle, first = _pass(analysis, state, wanted[:half], dropped, errors)
        if first:
            return middle, first
        return _pass(analysis, state, wanted[half:], dropped, errors)
    dropped.add(_identity(wanted[0], state.sources))
    errors.append(_complaint(wanted[0], harm or "it does not fit the text", state.sources))
    return state, []


def _tried(analysis: Analysis, state: State, wanted: Sequence[Finding]) -> tuple[Applied, State, str | None]:
    """The texts with the fixes of ``wanted``, what is found in them, and the harm done; a failure of ours is harm, too."""
    fixes = list(dict.fromkeys(finding.fix for finding in wanted if finding.fix))
    try:
        applied = apply_fixes(state.sources, fixes)
        after = _look(analysis, state, applied)
        fixed = {finding.code for finding in wanted if finding.fix in applied.applied}
        return applied, after, _harm(state.checked, after.checked, applied, fixed)
    except Exception as error:
        return Applied({}, (), ()), state, told(error)


def _look(analysis: Analysis, state: State, applied: Applied) -> State:
    """The texts with the fixes in, checked again; only what changed is extracted, linked and asked again."""
    sources = {**state.sources, **applied.sources}
    unchanged = {path: facts for path, facts in state.checked.facts.items() if path not in applied.sources}
    return State(sources, analysis.check(sources, unchanged, state.checked))


def _harm(before: Checked, after: Checked, applied: Applied, fixed: Set[str]) -> str | None:
    if applied.applied and not applied.sources:
        return "it changes nothing"
    for path in applied.sources:
        problem = after.facts[path].problem
        if problem is not None:
            return f"{path} would not parse: {problem.message}"
        if failure := after.facts[path].failure:
            return f"{path} could not be read: {failure}"
    brought = _brought(before, after, fixed)
    return f"it would bring {', '.join(brought)}" if brought else None


def _brought(before: Checked, after: Checked, fixed: Set[str]) -> list[str]:
    """The codes of new errors. What was there all along behind a line that raised is none, nor is what a file that was broken all
    along says of the new names."""
    rules = before.outcome.rules
    uncovers = any(rules[code].uncovers for code in fixed)
    new = {code for code, path in _errors(after) - _errors(before) if after.facts[path].problem is None}
    return sorted(code for code in new if not (uncovers and rules[code].about_use))


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
