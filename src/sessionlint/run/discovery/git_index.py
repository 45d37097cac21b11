"""Which files git tracks, read off its index; git is not called, and nothing in the index is believed but names.

The index may come with the checkout, and say what it likes: then a file that git ignores is looked at, as a ``!`` in a
.gitignore would have it. A name is relative to the work tree, and only ever compared with names that were found there.
"""

import os
from bisect import bisect_left
from collections.abc import Iterator

from sessionlint.run.files.limits import INDEX, INDEX_NAME

_HEADER = 12
_STATUS = 40  # times, device, inode, mode, owner and size, in front of the object's name
_SHA1, _SHA256 = 20, 32
_EXTENDED = 0x4000
_LENGTH = 0x0FFF  # what the flags say of the name's length; all ones for longer ones
_NO_NAME = b"\0"


class IndexRefusedError(Exception):
    """This is no index, or one that we do not read; the text says why."""


class Tracked:
    """The names in an index."""

    def __init__(self, data: bytes | None = None) -> None:
        """Raises IndexRefusedError; without ``data``, nothing is tracked."""
        self._names = sorted(_names(data)) if data is not None else []

    def verdict(self, path: str) -> bool | None:
        """False: ``path``, or something in it (a folder's ends in a slash), is not ignored, for it is tracked; None: it is not.

        A folder that is tracked as a whole is another repository's (a submodule).
        """
        name = os.fsencode(path)
        return False if self._begins(name, whole=not path.endswith("/")) or self._begins(name.rstrip(b"/"), whole=True) else None

    def _begins(self, name: bytes, whole: bool) -> bool:
        place = bisect_left(self._names, name)
        found = self._names[place] if place < len(self._names) else _NO_NAME
        return found == name if whole else found.startswith(name)


def _names(data: bytes) -> list[bytes]:
    version, count = _header(data)
    try:
        return list(_read(data, version, count, _SHA1))
    except (IndexError, ValueError):
        pass  # nothing in an index says of which kind the names of its objects are
    try:
        return list(_read(data, version, count, _SHA256))
    except (IndexError, ValueError):
        raise IndexRefusedError("not an index of git") from None


def _header(data: bytes) -> tuple[int, int]:
    version = int.from_bytes(data[4:8], "big")
    if len(data) < _HEADER or not data.startswith(b"DIRC"):
        raise IndexRefusedError("not an index of git")
    if version not in (2, 3, 4):
        raise IndexRefusedError(f"an index of version {version}")
    return version, int.from_bytes(data[8:12], "big")


def _read(data: bytes, version: int, count: int, size: int) -> Iterator[bytes]:
    """The names of all entries, where an object's name has ``size`` bytes. Raises IndexError or ValueError where it is not so."""
    position, end, before, left = _HEADER, len(data) - size, b"", INDEX.bytes
    for _ in range(count):
        start = position + _STATUS + size + 2
        flags = data[start - 2] << 8 | data[start - 1]
        start += 2 if flags & _EXTENDED and version > 2 else 0
        kept, start = _kept(data, start, before) if version == 4 else (b"", start)
        stop = data.index(_NO_NAME, start, end)
        before = kept + data[start:stop]
        left -= len(before)
        if flags & _LENGTH != min(_LENGTH, len(before)) or len(before) > INDEX_NAME or left < 0:
            raise ValueError(before)
        yield before
        position = stop + 1 if version == 4 else position + ((stop - position + 8) & ~7)
    _check_extensions(data, position, end)


def _kept(data: bytes, position: int, before: bytes) -> tuple[bytes, int]:
    """What a name has in common with the one ``before`` it, of which a number says how much to drop; and where it goes on."""
    byte = data[position]
    dropped = byte & 0x7F
    while byte & 0x80 and dropped <= len(before):
        position += 1
        byte = data[position]
        dropped = (dropped + 1) << 7 | byte & 0x7F
    if dropped > len(before):
        raise ValueError(dropped)
    return before[: len(before) - dropped], position + 1


def _check_extensions(data: bytes, position: int, end: int) -> None:
    """Pass over what follows the entries; what has to be understood is spelt in small letters."""
    while position < end:
        kind, size = data[position : position + 4], int.from_bytes(data[position + 4 : position + 8], "big")
        position += 8 + size
        if position > end:
            raise ValueError(kind)
        if kind == b"link":
            raise IndexRefusedError("a split index")
        if not b"A" <= kind[:1] <= b"Z" and kind != b"sdir":
            raise IndexRefusedError("an index of a kind that is not known here")
    if position != end:
        raise ValueError(position)
