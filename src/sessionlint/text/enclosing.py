"""The classes and functions around a place, told from the text alone: without facts, and of a file that does not parse, too."""

import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from sessionlint.model.regex import regex
from sessionlint.model.source import Source, Span

_HEADER = regex(r"(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)")
_TAB = 8


class Enclosing:
    """The definitions of one text, by qualified name (``Repository.load``, ``outer.inner``), decorators and header included.

    ``spans`` has the last one of each name.
    """

    def __init__(self, source: Source, lines: Sequence[Span]) -> None:
        """``lines`` are the logical ones, a decorator being one of its own."""
        definitions = sorted(_definitions(source, lines))
        self.spans = {name: span for span, name in definitions}
        self._segments = list(_segments(definitions))
        self._starts = [start for start, _ in self._segments]

    def at(self, offset: int) -> str:
        """The innermost definition that holds the place; "" for the module."""
        index = bisect_right(self._starts, offset)
        return self._segments[index - 1][1] if index else ""


def _segments(definitions: Iterable[tuple[Span, str]]) -> Iterator[tuple[int, str]]:
    """From where on which definition is the innermost; of two segments that begin at one place the second counts."""
    around: list[tuple[int, str]] = []
    for span, name in definitions:
        yield from _ended(around, span.start)
        yield span.start, name
        around.append((span.end, name))
    yield from _ended(around)


def _ended(around: list[tuple[int, str]], before: int = sys.maxsize) -> Iterator[tuple[int, str]]:
    while around and around[-1][0] < before:
        end, _ = around.pop()
        yield end + 1, around[-1][1] if around else ""


def _definitions(source: Source, lines: Sequence[Span]) -> Iterator[tuple[Span, str]]:
    """A definition ends with the physical line of its last statement: a comment behind that belongs to it."""
    unfinished: list[tuple[int, int, str]] = []  # indentation, start and name, the innermost last
    end = 0
    decorated: int | None = None
    for line in lines:
        number, column = source.position(line.start)
        indent = _width(source.line_text(number)[: column - 1])
        while unfinished and indent <= unfinished[-1][0]:
            _, start, name = unfinished.pop()
            yield Span(start, end), name
        start = line.start if decorated is None else decorated
        decorated = start if source.text[line.start] == "@" else None
        if header := _HEADER.match(source.text, line.start, line.end):
            outer = f"{unfinished[-1][2]}." if unfinished else ""
            unfinished.append((indent, start, outer + header[1]))
        end = source.line_span(source.position(line.end).line).end
    yield from ((Span(start, end), name) for _, start, name in unfinished)


def _width(blanks: str) -> int:
    return len(blanks.rpartition("\f")[2].expandtabs(_TAB))
