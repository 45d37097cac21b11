"""Putting edits into texts: what fits together goes in at once, the rest waits for the next pass."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sessionlint.model.finding import Edit, Fix
from sessionlint.model.source import Place, Source, Span


class Overlap(ValueError):
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

    Insertions at one offset keep their order and come before a replacement that starts there. Raises Overlap.
    """
    result, position = [], 0
    for edit in sorted(dict.fromkeys(edits), key=lambda edit: edit.place.span):
        start, end = edit.place.span
        if start < position:
            if edit.text == text[start:end]:
                continue
            raise Overlap(f"{edit.place.path}: two edits around character {start}")
        result += text[position:start], edit.text
        position = end
    result.append(text[position:])
    return "".join(result)


def apply_fixes(sources: Mapping[str, Source], fixes: Sequence[Fix]) -> Applied:
    """One pass: the fixes in order, each with all its edits or none.

    A fix that disturbs one accepted earlier is deferred, and so is one that edits a file not in ``sources``. The same
    edit wanted by two fixes (an import both need) is made once; only indentation is never shared, since two nested
    blocks each need their own.
    """
    raise NotImplementedError
