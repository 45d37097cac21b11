"""Which names a file mentions as words of its bytes, and how."""

import re
from collections.abc import Callable, Iterable

from sessionlint.model.regex import regex

_FEW = 20
_IN_WORDS = regex(rb"[A-Za-z0-9_\x80-\xff]")
_WORDS_ONLY = bytes(byte if _IN_WORDS.match(bytes([byte])) else ord(" ") for byte in range(256))
_FROM_MODULE = regex(rb"[ \t]*from[ \t]+[\w.]*")


def finder_of_names(names: Iterable[str]) -> Callable[[bytes], set[str]]:
    """What finds those of ``names`` that the bytes of a file hold as whole words.

    For the files that ``mentions_anything_of_interest`` turned down: ``names`` are those that the files it let pass bind
    to sessions, engines, factories and providers, whatever they are called.
    """
    spelled = {spelling: name for name in names if name for spelling in _spellings_of(name)}
    is_few = len(spelled) <= _FEW  # to look for each of more takes longer than to take a file to pieces

    def found(data: bytes) -> set[str]:
        if is_few and not any(map(data.__contains__, spelled)):
            return set()
        return {spelled[word] for word in spelled.keys() & data.translate(_WORDS_ONLY).split()}

    return found


def _spellings_of(name: str) -> list[bytes]:
    """The bytes of a name in files of the usual encodings."""
    return sorted({name.encode("utf-8", "ignore"), name.encode("latin-1", "ignore")} - {b""})


def is_read_from_something(name: str, data: bytes) -> bool:
    """Whether a file may read the name from something, ``thing.name`` or ``getattr(thing, "name")``; no module path is that."""
    word = name.encode("utf-8", "replace")
    if not any(before + word in data for before in (b".", b"'", b'"')):
        return False
    reads = re.finditer(rb"[.'\"]" + re.escape(word) + rb"(?![A-Za-z0-9_\x80-\xff])", data)
    return any(_FROM_MODULE.fullmatch(data, data.rfind(b"\n", 0, read.start()) + 1, read.start()) is None for read in reads)


def words_before(name: str, data: bytes) -> frozenset[bytes]:
    """The words that stand before ``.name``."""
    spelled = b"." + name.encode("utf-8", "replace")
    return frozenset(re.findall(rb"(?<!\w)(\w+)" + re.escape(spelled), data)) if spelled in data else frozenset()
