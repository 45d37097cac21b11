"""Whether a text holds ``db.engine``, for many modules and names: it is read once."""

from collections.abc import Collection, Iterator, Sequence

from sessionlint.model.regex import regex

_PAIR = regex(r"(?<!\w)(\w*)\.(?=(\w+))")
_AT_START = regex(r"\w*")
_AT_END = regex(r"\w*\Z")


def pairs(text: str, ends: Collection[str], starts: Collection[str]) -> Iterator[tuple[str, str]]:
    """Those of ``ends`` and ``starts`` that a word, a dot and a word of ``text`` end and begin with."""
    known_ends: dict[str, Sequence[str]] = {}
    known_starts: dict[str, Sequence[str]] = {}
    for before, after in set(_PAIR.findall(text)):
        if before not in known_ends:
            known_ends[before] = [before[at:] for at in range(len(before) + 1) if before[at:] in ends]
        if known_ends[before] and after not in known_starts:
            known_starts[after] = [after[:at] for at in range(len(after) + 1) if after[:at] in starts]
        yield from ((end, start) for end in known_ends[before] for start in known_starts.get(after, ()))


def end_of(text: str) -> str:
    """The word that ends with ``text``: only characters of words are looked at."""
    return next(_AT_END.finditer(text))[0]


def start_of(text: str) -> str:
    return next(_AT_START.finditer(text))[0]
