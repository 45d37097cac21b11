"""Where a node of ``ast`` stands: its lines and its columns in UTF-8 to offsets in characters."""

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from sessionlint.model.regex import regex


class Places(NamedTuple):
    """A byte of UTF-8 in line l and column c is in the character at ``offsets[starts[l] + c]``; lines count from 1.

    ``numbers`` are the offsets of characters, each at its own index.
    """

    starts: Sequence[int]
    offsets: Sequence[int]
    numbers: Sequence[int]


_WIDE = regex(r"[^\x00-\x7f]")
# One number for each offset, whatever text it is counted in: with a number of its own for each end, the facts of a large project
# take twice the memory. Longer texts are rare, and would leave much behind.
_OFFSETS: list[int] = []
_MOST_OFFSETS = 500_000


def places(text: str) -> Places:
    """For the nodes of a tree parsed from ``text``, whose lines end at "\n" or "\r\n"."""
    data = text.encode("utf-8", "surrogatepass")
    starts = [0, 0, *accumulate(map(len, data.splitlines(keepends=True)))]
    numbers = _offsets(len(text))
    return Places(starts, numbers if len(data) == len(text) else _by_byte(text, numbers), numbers)


def _by_byte(text: str, offsets: Sequence[int]) -> list[int]:
    """For each byte of the text the offset of its character."""
    found: list[int] = []
    behind = 0
    for wide in _WIDE.finditer(text):
        found += offsets[behind : wide.start()]
        behind = wide.end()
        found += [offsets[wide.start()]] * len(wide[0].encode("utf-8", "surrogatepass"))
    found += offsets[behind : len(text) + 1]
    return found


def _offsets(length: int) -> Sequence[int]:
    """The offsets from 0 to ``length`` at least, each at its own index."""
    if length > _MOST_OFFSETS:
        return range(length + 1)
    _OFFSETS.extend(range(len(_OFFSETS), length + 1))
    return _OFFSETS
