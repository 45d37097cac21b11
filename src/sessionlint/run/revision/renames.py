"""Which new file an old one became: git keeps no names, so what the files say decides."""

from collections import Counter
from collections.abc import Iterator, Mapping

_ALIKE = 0.5  # of all lines, as git has it
_MOST_COMPARED = 10_000


def renamed(gone: Mapping[str, bytes], new: Mapping[str, bytes]) -> dict[str, str]:
    """By the path of each file that is gone, that of the one that it became; the most alike first."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for _, before, after in sorted(_likenesses(gone, new)):
        if before not in found and after not in taken:
            found[before] = after
            taken.add(after)
    return found


def _likenesses(gone: Mapping[str, bytes], new: Mapping[str, bytes]) -> Iterator[tuple[float, str, str]]:
    """How unalike those files are that are alike enough."""
    lines = {path: _lines(text) for path, text in (*gone.items(), *new.items())}
    few = len(gone) * len(new) <= _MOST_COMPARED
    for before in gone:
        for after in new:
            alike = _likeness(lines[before], lines[after]) if few else float(gone[before] == new[after])
            if alike >= _ALIKE:
                yield -alike, before, after


def _lines(text: bytes) -> Counter[bytes]:
    return Counter(stripped for line in text.splitlines() if (stripped := line.strip()))


def _likeness(before: Counter[bytes], after: Counter[bytes]) -> float:
    return 2 * (before & after).total() / (before.total() + after.total() or 1)
