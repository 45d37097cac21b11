"""Version ranges (PEP 440, and the caret and tilde of Poetry), as far as a declared range has a newest or oldest version."""

import re
from collections.abc import Mapping

from sessionlint.model.records import dataclass
from sessionlint.model.regex import regex
from sessionlint.run.files.limits import SPECIFIER

Release = tuple[int, ...]

_CLAUSE = regex(r"\s*(===|==|~=|!=|<=|>=|<|>|\^|~|=)?\s*v?(\d+(?:\.\d+)*)((?:\.\*)?)([A-Za-z0-9.+!_-]*)\s*")


@dataclass(frozen=True, slots=True)
class Bound:
    """One end of a range; ``closed``: the version itself is admitted."""

    release: Release
    closed: bool


@dataclass(frozen=True, slots=True)
class Range:
    """``oldest`` and ``newest`` are None where the range is open."""

    oldest: Bound | None = None
    newest: Bound | None = None

    @property
    def empty(self) -> bool:
        if self.oldest is None or self.newest is None:
            return False
        low, high = _padded(self.oldest.release), _padded(self.newest.release)
        return low > high or (low == high and not (self.oldest.closed and self.newest.closed))

    def meet(self, other: "Range") -> "Range":
        """What both admit."""
        lows = [bound for bound in (self.oldest, other.oldest) if bound]
        highs = [bound for bound in (self.newest, other.newest) if bound]
        return Range(
            max(lows, key=lambda bound: (_padded(bound.release), not bound.closed), default=None),
            min(highs, key=lambda bound: (_padded(bound.release), bound.closed), default=None),
        )

    def admits(self, release: Release) -> bool:
        exactly = Bound(release, True)
        return not self.meet(Range(exactly, exactly)).empty


def parse_specifiers(text: str) -> Range | None:
    """``">=1.4,<2"`` -> its range; "" and ``*`` admit everything; None when it cannot be understood.

    ``||`` (Poetry) takes the first alternative's oldest and the last one's newest; ``!=`` narrows nothing. A text that is much
    longer than any that people write is not looked at.
    """
    if len(text) > SPECIFIER:
        return None
    alternatives = [_conjunction(part) for part in text.split("||")]
    ranges = [part for part in alternatives if part is not None]
    if len(ranges) != len(alternatives):
        return None
    return Range(ranges[0].oldest, ranges[-1].newest)


def _conjunction(text: str) -> Range | None:
    result = Range()
    for clause in re.split(r",|(?<=[\w*])\s+(?=[<>=!~^])", text.strip().strip("()")):
        if clause.strip() in ("", "*"):
            continue
        match = _CLAUSE.fullmatch(clause)
        if match is None:
            return None
        result = result.meet(_clause(match[1] or "==", _release(match[2]), bool(match[3])))
    return result


def _clause(operator: str, release: Release, wildcard: bool) -> Range:
    at, beside = Bound(release, True), Bound(release, False)
    if operator in ("==", "===", "="):
        return Range(at, Bound(_next(release), False) if wildcard else at)
    if operator == "~=":
        return Range(at, Bound(_next(release[:-1] or release), False))
    if operator == "^":
        significant = next((index for index, number in enumerate(release) if number), len(release) - 1)
        return Range(at, Bound(_next(release[: significant + 1]), False))
    if operator == "~":
        return Range(at, Bound(_next(release[:2]), False))
    ends = {">=": Range(at), ">": Range(beside), "<=": Range(None, at), "<": Range(None, beside)}
    return ends.get(operator, Range())


def newest_minor(bound: Bound, last_minors: Mapping[int, int]) -> tuple[int, int] | None:
    """The newest (major, minor) below an upper bound; None when that is the newest there is.

    ``last_minors`` says for each finished major version which minor was its last: what ``<2`` admits.
    """
    major, minor = (*bound.release, 0)[:2]
    if bound.closed or any(bound.release[2:]):
        return major, minor
    if minor:
        return major, minor - 1
    last = last_minors.get(major - 1)
    return None if last is None else (major - 1, last)


def oldest_minor(bound: Bound) -> tuple[int, int]:
    major, minor = (*bound.release, 0)[:2]
    return major, minor


def _release(text: str) -> Release:
    return tuple(int(number) for number in text.split("."))


def _next(release: Release) -> Release:
    return (*release[:-1], release[-1] + 1)


def _padded(release: Release) -> Release:
    """Comparable whatever the number of trailing zeros."""
    return (*release, *(0,) * (6 - len(release)))
