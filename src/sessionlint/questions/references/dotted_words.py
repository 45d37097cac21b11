"""Which texts hold ``db.engine``, for many modules and names: each text is read once."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

_PAIR = re.compile(r"(?<!\w)(\w*)\.(?=(\w+))")
_AT_START = re.compile(r"\w*")
_AT_END = re.compile(r"\w*\Z")


class DottedWords:
    """Which of ``texts`` (path, text) may hold ``before.after``, also as a part of longer words."""

    def __init__(self, texts: Iterable[tuple[str, str]], befores: Iterable[str], afters: Iterable[str]) -> None:
        ends, starts = {_end_of(each) for each in befores}, {_start_of(each) for each in afters}
        known_ends: dict[str, Sequence[str]] = {}
        known_starts: dict[str, Sequence[str]] = {}
        self._found: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        for path, text in texts:
            for before, after in set(_PAIR.findall(text)):
                if before not in known_ends:
                    known_ends[before] = [before[at:] for at in range(len(before) + 1) if before[at:] in ends]
                if after not in known_starts:
                    known_starts[after] = [after[:at] for at in range(len(after) + 1) if after[:at] in starts]
                for pair in ((end, start) for end in known_ends[before] for start in known_starts[after]):
                    self._found[pair][path] = None

    def holding(self, before: str, after: str) -> Collection[str]:
        """The paths, in order of the texts."""
        return self._found.get((_end_of(before), _start_of(after)), {}).keys()


def _end_of(text: str) -> str:
    """The word that ends with ``text``: only characters of words are looked at."""
    return next(_AT_END.finditer(text))[0]


def _start_of(text: str) -> str:
    return next(_AT_START.finditer(text))[0]
