"""A part of a project, and what is found in it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import reduce

from sessionlint.model.finding import place_order
from sessionlint.model.outcome import Outcome
from sessionlint.model.records import dataclass
from sessionlint.run.planning import Plan
from sessionlint.run.remarks import in_words, joined_remarks


@dataclass(frozen=True, slots=True)
class Part:
    """What is to be checked by itself: the plan of its files, their texts, and why some were ``refused``."""

    planned: Plan
    texts: Mapping[str, bytes]
    refused: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a project in which something may be reported, and what each came to."""

    each: Sequence[tuple[Part, Outcome]]

    def outcome(self) -> Outcome:
        return joined([outcome for _, outcome in self.each], self.each[0][0].planned)

    def parted(self, is_wanted: Callable[[Outcome], bool]) -> "tuple[Part, list[Outcome]]":
        """The parts whose outcomes are wanted as one, and the outcomes of the others."""
        wanted = [part for part, outcome in self.each if is_wanted(outcome)]
        return reduce(_both, wanted), [outcome for _, outcome in self.each if not is_wanted(outcome)]


def _both(one: Part, other: Part) -> Part:
    files = sorted({*one.planned.files, *other.planned.files})
    return Part(replace(one.planned, files=files), {**one.texts, **other.texts}, {**one.refused, **other.refused})


def joined(outcomes: Sequence[Outcome], planned: Plan) -> Outcome:
    """The outcomes of parts as that of the whole, of which ``planned`` is a part or the plan."""
    if len(outcomes) == 1:
        return outcomes[0]
    remarks = joined_remarks([each.remarks for each in outcomes])
    return Outcome(
        findings=tuple(sorted((one for each in outcomes for one in each.findings), key=place_order)),
        suppressed=tuple(
            sorted((one for each in outcomes for one in each.suppressed), key=lambda hidden: place_order(hidden.finding))
        ),
        rules=outcomes[0].rules,
        repaired=tuple(one for each in outcomes for one in each.repaired),
        fixable_safe=sum(each.fixable_safe for each in outcomes),
        fixable_unsafe=sum(each.fixable_unsafe for each in outcomes),
        skipped=tuple(sorted((one for each in outcomes for one in each.skipped), key=lambda skipped: skipped.path)),
        notes=(*_notes(outcomes, planned), *in_words(remarks, planned.scope)),
        errors=tuple(one for each in outcomes for one in each.errors),
        checked=sum(each.checked for each in outcomes),
        remarks=remarks,
    )


def _notes(outcomes: Sequence[Outcome], planned: Plan) -> Iterable[str]:
    """Those on files in the order of their paths, then those that each part has, which are on the settings."""
    own = [[note for note in each.notes if note not in {*in_words(each.remarks, planned.scope)}] for each in outcomes]
    common = set.intersection(*map(set, own))
    return (*sorted(note for notes in own for note in notes if note not in common), *(note for note in own[0] if note in common))
