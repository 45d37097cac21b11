"""What a run does not report because it was there before: in the baseline, or at the revision since which is asked."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import field, replace

from sessionlint.model.finding import Applicability, Finding
from sessionlint.model.outcome import Outcome
from sessionlint.model.records import dataclass
from sessionlint.model.source import Source
from sessionlint.run.planning import Plan
from sessionlint.run.settings.choice import Choice
from sessionlint.sift.baseline import told_apart, under_todays_codes
from sessionlint.sift.identity import Identity

Before = Callable[[], Sequence[Identity]]
"""The findings of before; to find them can take as long as a run."""


@dataclass(slots=True)
class Past:
    """``baseline`` are the entries of the file, if there is one; ``before`` gives the findings of a revision, if one is."""

    baseline: Sequence[Identity] | None = None
    before: Before | None = None
    _before: Sequence[Identity] | None = field(default=None)

    def new(self, outcome: Outcome, sources: Mapping[str, Source]) -> Sequence[Finding]:
        """The findings that were not there before."""
        return self._sorted(outcome, sources)[0]

    def sifted(self, outcome: Outcome, sources: Mapping[str, Source], planned: Plan) -> Outcome:
        """The outcome without what was there before."""
        new, baselined, older, stale = self._sorted(outcome, sources)
        return replace(
            outcome,
            findings=tuple(new),
            baselined=tuple(baselined),
            older=tuple(older),
            stale=len(judged(stale, outcome, planned)),
            fixable_safe=_count(new, Applicability.SAFE, planned.scope),
            fixable_unsafe=_count(new, Applicability.UNSAFE, planned.scope),
        )

    def _sorted(
        self, outcome: Outcome, sources: Mapping[str, Source]
    ) -> tuple[Sequence[Finding], Sequence[Finding], Sequence[Finding], Sequence[Identity]]:
        """What is new, in the baseline, and there at the revision already; and the entries of the baseline that are stale."""
        findings = outcome.findings
        in_baseline = told_apart(findings, under_todays_codes(self.baseline or (), outcome.rules.values()), sources)
        baselined = dict.fromkeys(finding for finding, _ in in_baseline.known)
        older: dict[Finding, None] = {}
        if self.before is not None and in_baseline.new:
            if self._before is None:
                self._before = self.before()
            at_revision = told_apart(findings, self._before, sources)
            older = dict.fromkeys(finding for finding, _ in at_revision.known if finding not in baselined)
        new = [finding for finding in in_baseline.new if finding not in older]
        return new, [*baselined], [*older], in_baseline.stale


def judged(stale: Sequence[Identity], outcome: Outcome, planned: Plan) -> list[Identity]:
    """The entries that a run can say something about: of files in its scope that could be read, and of rules that ran."""
    choice = Choice(planned.settings, tuple(outcome.rules.values()))
    unread = {finding.place.path for finding in outcome.findings if finding.code == "SES001"}
    return [
        entry
        for entry in stale
        if entry.path in planned.scope
        and entry.path not in unread
        and (entry.code not in outcome.rules or choice.selects(entry.code, entry.path))
    ]


def _count(findings: Sequence[Finding], applicability: Applicability, scope: Container[str]) -> int:
    fixes = [finding.fix for finding in findings if finding.place.path in scope]
    return sum(fix is not None and fix.applicability is applicability for fix in fixes)
