"""Where a node of ``ast`` stands: its lines and its columns in UTF-8 to offsets in characters."""

from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from typing import Any, NamedTuple, TypeAlias

from sessionlint.model.source import Span

# an expression, statement, argument, keyword, alias or handler: what has the attributes, though typeshed doubts the ends
Located: TypeAlias = Any


class Places(NamedTuple):
    """Three ways to ask where a node stands."""

    span: Callable[[Located], Span]
    start: Callable[[Located], int]
    end: Callable[[Located], int]


# One number for each offset, whatever text it is counted in: with a number of its own for each end, the spans of a large project
# take twice the memory. Longer texts are rare, and would leave much behind.
_OFFSETS: list[int] = []
_MOST_OFFSETS = 500_000


def places(text: str) -> Places:
    """For the nodes of a tree parsed from ``text``, whose lines end at "\\n"."""
    lines = text.split("\n")
    starts = [0, *accumulate([len(line) + 1 for line in lines], initial=0)]
    offsets = _offsets(len(text))
    if text.isascii():
        return _narrow(starts, offsets)
    return _wide(starts, offsets, {number: _columns(line) for number, line in enumerate(lines, 1) if not line.isascii()})


def _offsets(length: int) -> Sequence[int]:
    """The offsets from 0 to ``length`` at least, each at its own index."""
    if length > _MOST_OFFSETS:
        return range(length + 1)
    _OFFSETS.extend(range(len(_OFFSETS), length + 1))
    return _OFFSETS


def _narrow(starts: list[int], offsets: Sequence[int]) -> Places:
    new = tuple.__new__

    def span(node: Located) -> Span:
        return new(Span, (offsets[starts[node.lineno] + node.col_offset], offsets[starts[node.end_lineno] + node.end_col_offset]))

    def start(node: Located) -> int:
        offset: int = offsets[starts[node.lineno] + node.col_offset]
        return offset

    def end(node: Located) -> int:
        offset: int = offsets[starts[node.end_lineno] + node.end_col_offset]
        return offset

    return Places(span, start, end)


def _columns(line: str) -> list[int]:
    """By number of bytes in UTF-8, how many characters precede; a byte within a character belongs to it."""
    columns: list[int] = []
    for column, character in enumerate(line):
        columns += [column] * len(character.encode("utf-8", "surrogatepass"))
    return [*columns, len(line)]


def _wide(starts: list[int], offsets: Sequence[int], columns: Mapping[int, list[int]]) -> Places:
    def start(node: Located) -> int:
        line, column = node.lineno, node.col_offset
        offset: int = offsets[starts[line] + (columns[line][column] if line in columns else column)]
        return offset

    def end(node: Located) -> int:
        line, column = node.end_lineno, node.end_col_offset
        offset: int = offsets[starts[line] + (columns[line][column] if line in columns else column)]
        return offset

    def span(node: Located) -> Span:
        return Span(start(node), end(node))

    return Places(span, start, end)
