"""Putting edits into texts: what fits together goes in at once, the rest waits for the next pass."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field

from sessionlint.model.finding import Edit, Fix
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place, Source, Span


class OverlapError(ValueError):
    """Two edits want to change the same characters."""


@dataclass(frozen=True, slots=True)
class Applied:
    """``sources`` holds the changed files only, by path; ``deferred`` the fixes that have to wait for another pass."""

    sources: dict[str, Source]
    applied: tuple[Fix, ...]
    deferred: tuple[Fix, ...]


def hold(source: Source, span: Span) -> Edit:
    """An edit that changes nothing but keeps other fixes of the same pass from changing ``span``.

    For text that a fix relies on: the import it reuses, the other use that makes it keep an import. Two holds on one
    place do not disturb each other.
    """
    return Edit(Place(source.path, span), source.text[slice(*span)])


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """``text`` with all edits made (their paths are not looked at); identical edits count once.

    Insertions at one offset keep their order and come before a replacement that starts there. Raises OverlapError.
    """
    changing = dict.fromkeys(edit for edit in edits if not is_hold(edit, text))
    result: list[str] = []
    position = 0
    for edit in sorted(changing, key=lambda edit: edit.place.span):
        start, end = edit.place.span
        if start < position:
            raise OverlapError(f"{edit.place.path}: two edits around character {start}")
        result += text[position:start], edit.text
        position = end
    result.append(text[position:])
    return "".join(result)


def apply_fixes(sources: Mapping[str, Source], fixes: Sequence[Fix]) -> Applied:
    """One pass: the fixes in order, each with all its edits or none.

    A fix that disturbs one accepted earlier is deferred, and so is one that edits a file not in ``sources``, or one that
    wants to be alone beside another (see ``_Company``). The same
    edit wanted by two fixes (an import both need) is made once; only indentation is never shared, since two nested
    blocks each need their own.
    """
    accepted: dict[str, list[Edit]] = {}
    applied: list[Fix] = []
    deferred: list[Fix] = []
    company = _Company()
    for fix in fixes:
        if company.takes(fix) and _fits(fix, sources, accepted):
            applied.append(fix)
            for edit in fix.edits:
                accepted.setdefault(edit.place.path, []).append(edit)
        else:
            deferred.append(fix)
    changed = {}
    for path, edits in accepted.items():
        text = apply_edits(sources[path].text, edits)
        if text != sources[path].text:
            changed[path] = sources[path].with_text(text)
    return Applied(changed, tuple(applied), tuple(deferred))


@dataclass(slots=True)
class _Company:
    """Which fixes may be made in one pass for the sake of those that want to be alone.

    Two of these refer to nothing that the other one renames when they have no file in common. Each then finds its files as it
    would have found them in a pass for itself, so they go together as long as no other fix has its turn in between.
    """

    of_alone: bool | None = None
    files: set[str] = field(default_factory=set)
    closed: bool = False

    def takes(self, fix: Fix) -> bool:
        """Whether ``fix`` may go with those taken before; they are asked about in their order."""
        if self.of_alone is None:
            self.of_alone = fix.alone
        if not self.of_alone:
            return not fix.alone
        self.closed |= not fix.alone
        paths = {edit.place.path for edit in fix.edits}
        is_apart = paths.isdisjoint(self.files)
        self.files |= paths
        return is_apart and not self.closed


def _fits(fix: Fix, sources: Mapping[str, Source], accepted: Mapping[str, Sequence[Edit]]) -> bool:
    for edit in fix.edits:
        path = edit.place.path
        if path not in sources or any(_disturb(edit, other, sources[path].text) for other in accepted.get(path, ())):
            return False
    return True


def _disturb(edit: Edit, other: Edit, text: str) -> bool:
    """Whether two edits of different fixes must not be made in one pass. An insertion minds also what it touches."""
    (start, end), (other_start, other_end) = edit.place.span, other.place.span
    holds = is_hold(edit, text) + is_hold(other, text)
    if holds == 2:
        return False
    if holds == 0 and (start == end or other_start == other_end):
        apart = end < other_start or other_end < start
    else:
        apart = end <= other_start or other_end <= start
    if apart:
        return False
    return edit != other or (start == end and not edit.text.strip())


def is_hold(edit: Edit, text: str) -> bool:
    return edit.text == text[slice(*edit.place.span)]
