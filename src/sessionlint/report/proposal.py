"""What a fix would change, as a small diff for eyes."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import attrgetter

from sessionlint.edits.apply import apply_edits
from sessionlint.model.finding import Edit, Fix
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place, Source, Span

_CONTEXT = 1


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """``sign`` is "+", "-", " ", or "..." for a gap; ``number`` the line's in the new text, "" for a removed one.

    ``other``: the line that it takes the place of, or that takes its place, to be compared with.
    """

    number: str
    sign: str
    text: str
    other: str | None = None

    @property
    def changed(self) -> tuple[int, int]:
        """The characters, from where to where, that the other line does not have."""
        other = self.text if self.other is None else self.other
        shorter = min(len(self.text), len(other))
        start = next((at for at in range(shorter) if self.text[at] != other[at]), shorter)
        same = next((at for at in range(shorter - start) if self.text[-1 - at] != other[-1 - at]), shorter - start)
        return start, len(self.text) - same


def proposed_changes(fix: Fix, sources: Mapping[str, Source]) -> list[tuple[str, list[ChangedLine]]]:
    """The changed lines of each file, with a line of context, in the order of paths. Raises ``edits.apply.OverlapError``."""
    edits = sorted((edit for edit in fix.edits if _changes(edit, sources)), key=attrgetter("place"))
    by_path = groupby(edits, key=lambda edit: edit.place.path)
    return [(path, _without_blank_edges(list(_file(sources[path], list(edits))))) for path, edits in by_path]


def _without_blank_edges(lines: list[ChangedLine]) -> list[ChangedLine]:
    """Context is there to recognise the spot by; a blank line at the edge of a hunk tells nothing."""
    around = zip(lines, ["...", *(line.sign for line in lines)], [*(line.sign for line in lines[1:]), "..."], strict=False)
    return [line for line, before, after in around if line.sign != " " or line.text.strip() or "..." not in (before, after)]


def _changes(edit: Edit, sources: Mapping[str, Source]) -> bool:
    source = sources.get(edit.place.path)
    return source is not None and source.text[slice(*edit.place.span)] != edit.text


def _file(source: Source, edits: list[Edit]) -> Iterator[ChangedLine]:
    shift = 0  # how far earlier regions have moved the lines of later ones
    for index, (region, inside) in enumerate(_regions(source, edits)):
        if index:
            yield ChangedLine("", "...", "")
        old = source.text[slice(*region)]
        moved = [Edit(Place(source.path, _shifted(edit.place.span, region.start)), edit.text) for edit in inside]
        before, after = _lines(source.path, old), _lines(source.path, apply_edits(old, moved))
        yield from _compare(before, after, source.position(region.start).line + shift)
        shift += len(after) - len(before)


def _regions(source: Source, edits: Iterable[Edit]) -> list[tuple[Span, list[Edit]]]:
    """Whole lines around each run of neighbouring edits, so that nothing far from an edit is compared."""
    regions: list[tuple[Span, list[Edit]]] = []
    for edit in edits:
        first = max(1, source.position(edit.place.span.start).line - _CONTEXT)
        last = min(source.line_count, source.position(edit.place.span.end).line + _CONTEXT)
        start, end = source.line_span(first).start, source.line_span(last).end
        if regions and start <= regions[-1][0].end + 1:
            previous, inside = regions.pop()
            regions.append((Span(previous.start, max(previous.end, end)), [*inside, edit]))
        else:
            regions.append((Span(start, end), [edit]))
    return regions


def _shifted(span: Span, by: int) -> Span:
    return Span(span.start - by, span.end - by)


def _lines(path: str, text: str) -> list[str]:
    piece = Source(path, text)
    return [piece.line_text(number) for number in range(1, piece.line_count + 1)]


def _compare(before: list[str], after: list[str], first: int) -> Iterator[ChangedLine]:
    from difflib import SequenceMatcher

    groups = SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(_CONTEXT)
    for index, group in enumerate(groups):
        if index:
            yield ChangedLine("", "...", "")
        for tag, old_start, old_end, new_start, new_end in group:
            old, new = before[old_start:old_end], after[new_start:new_end]
            number = first + new_start
            if tag == "equal":
                yield from (ChangedLine(str(number + at), " ", line) for at, line in enumerate(new))
            else:
                yield from (ChangedLine("", "-", line, _at(new, at)) for at, line in enumerate(old))
                yield from (ChangedLine(str(number + at), "+", line, _at(old, at)) for at, line in enumerate(new))


def _at(lines: list[str], index: int) -> str | None:
    return lines[index] if index < len(lines) else None
