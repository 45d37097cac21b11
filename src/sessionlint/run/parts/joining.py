"""What parts of a project came to becomes what the project came to."""

from collections.abc import Container, Iterable, Sequence

from sessionlint.model.finding import place_order
from sessionlint.model.outcome import Outcome, Remarks
from sessionlint.run.remarks import in_words, joined_remarks


def joined(outcomes: Sequence[Outcome], scope: Container[str], *, are_all: bool = True) -> Outcome:
    """The outcomes of parts as that of the whole.

    ``scope`` holds the files that somebody asked about; ``are_all``: no part was left out.
    """
    remarks = joined_remarks([each.remarks for each in outcomes])
    if not are_all and not remarks.library:
        remarks = Remarks()  # another part may well have what is missed in these
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
        notes=(*_notes(outcomes, scope), *in_words(remarks, scope)),
        errors=tuple(one for each in outcomes for one in each.errors),
        checked=sum(each.checked for each in outcomes),
        remarks=remarks,
    )


def _notes(outcomes: Sequence[Outcome], scope: Container[str]) -> Iterable[str]:
    """Those on files in the order of their paths, then those that each part has, which are on the settings."""
    own = [[note for note in each.notes if note not in {*in_words(each.remarks, scope)}] for each in outcomes]
    common = set.intersection(*map(set, own)) if len(own) > 1 else set[str]()
    return (*sorted(note for notes in own for note in notes if note not in common), *(note for note in own[0] if note in common))
