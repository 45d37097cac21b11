"""The one way to read a file of a checkout.

A name can stand for anything: a pipe that nobody writes to, a device that never ends, a link to either, a file that is larger
than the memory. What is no regular file is refused, and so is what is larger than its ``Limit``.
"""

import os
import stat
from errno import EISDIR
from pathlib import Path

from sessionlint.run.files.limits import Limit

# without O_NONBLOCK, opening a pipe waits for somebody to write to it
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
_LEAST = 64 * 1024


class RefusedError(OSError):
    """A file is there, but its kind or its size is none that is read; ``reason`` says which."""

    def __init__(self, reason: str) -> None:
        super().__init__(None, reason)
        self.reason = reason


def read_regular(path: "str | Path", limit: Limit, follow: bool = True) -> bytes:
    """What is in a file. Raises RefusedError, and any other OSError as ``open`` does; for a link, too, unless ``follow``."""
    descriptor = os.open(path, _FLAGS if follow else _FLAGS | getattr(os, "O_NOFOLLOW", 0))
    try:
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(EISDIR, os.strerror(EISDIR))
        if not stat.S_ISREG(status.st_mode):
            raise RefusedError("not a regular file")
        if status.st_size > limit.bytes:
            raise _too_large(limit)
        return _read(descriptor, status.st_size, limit)
    finally:
        os.close(descriptor)


def within(data: bytes, limit: Limit) -> bytes | RefusedError:
    """What was read from elsewhere, unless it is more than would have been read of a file."""
    return data if len(data) <= limit.bytes else _too_large(limit)


def _read(descriptor: int, expected: int, limit: Limit) -> bytes:
    """All there is: a file can grow while it is read, and some of the system's say that they are empty."""
    pieces: list[bytes] = []
    left = limit.bytes + 1
    while left and (piece := os.read(descriptor, min(left, max(expected, _LEAST) + 1))):
        pieces.append(piece)
        left -= len(piece)
    if not left:
        raise _too_large(limit)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _too_large(limit: Limit) -> RefusedError:
    return RefusedError(f"larger than {limit.shown}")
