"""Where a node of ``ast`` stands: its lines and its columns in UTF-8 to offsets in characters."""

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple


class Places(NamedTuple):
    """A byte of UTF-8 in line l and column c is in the character at ``offsets[starts[l] + c]``; lines count from 1."""

    starts: Sequence[int]
    offsets: Sequence[int]


# One number for each offset, whatever text it is counted in: with a number of its own for each end, the facts of a large project
# take twice the memory. Longer texts are rare, and would leave much behind.
_OFFSETS: list[int] = []
_MOST_OFFSETS = 500_000


def places(text: str) -> Places:
    """For the nodes of a tree parsed from ``text``, whose lines end at "\\n"."""
    lines = text.split("\n")
    offsets = _offsets(len(text))
    if text.isascii():
        return Places(_starts([len(line) for line in lines]), offsets)
    found: list[int] = []
    first = 0
    lengths: list[int] = []
    for line in lines:
        begin, behind = len(found), first + len(line)
        if line.isascii():
            found += offsets[first:behind]
        else:
            for offset, character in enumerate(line, first):
                found += [offsets[offset]] * len(character.encode("utf-8", "surrogatepass"))
        lengths.append(len(found) - begin)
        found.append(offsets[behind])
        first = behind + 1
    return Places(_starts(lengths), found)


def _starts(lengths: Sequence[int]) -> list[int]:
    """Where lines of these lengths begin, at their own numbers."""
    return [0, *accumulate([length + 1 for length in lengths], initial=0)]


def _offsets(length: int) -> Sequence[int]:
    """The offsets from 0 to ``length`` at least, each at its own index."""
    if length > _MOST_OFFSETS:
        return range(length + 1)
    _OFFSETS.extend(range(len(_OFFSETS), length + 1))
    return _OFFSETS
