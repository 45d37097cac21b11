"""What to say of an exception that nothing foresaw: what it is, where in this package it was raised, and over which file."""

from collections.abc import Container, Iterator
from pathlib import Path
from types import FrameType, TracebackType

_PACKAGE = Path(__file__).parents[1]
_LONGEST = 200  # the text of an exception may hold the whole file


def told(error: BaseException) -> str:
    """One line, without what a person who is no developer of this package could not read anyway."""
    if isinstance(error, MemoryError):
        return "out of memory"
    words = " ".join(str(error).split())
    shown = words if len(words) <= _LONGEST else f"{words[:_LONGEST]}..."
    place = next((f" ({path}:{line})" for path, line, _ in _frames(error)), "")
    return f"{type(error).__name__}: {shown}{place}" if shown else f"{type(error).__name__}{place}"


def file_of(error: BaseException, paths: Container[str]) -> str | None:
    """The one of ``paths`` that was looked at when it happened, as far as the variables of that moment tell."""
    for _, _, frame in _frames(error):
        for value in frame.f_locals.values():
            path = value if isinstance(value, str) else getattr(value, "path", None)
            if isinstance(path, str) and path in paths:
                return path
    return None


def is_ours(error: BaseException) -> bool:
    """Whether it is a failure, and no request to end; a panic of libcst's parser is no Exception."""
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


def _frames(error: BaseException) -> Iterator[tuple[str, int, FrameType]]:
    """Path, line and frame of the calls inside this package that led there from the file that caught it, the last one first."""
    found = []
    at: TracebackType | None = error.__traceback__
    caught_in = at.tb_frame.f_code.co_filename if at else ""
    while at is not None:
        file = Path(at.tb_frame.f_code.co_filename)
        if file.is_relative_to(_PACKAGE) and str(file) != caught_in:
            found.append((file.relative_to(_PACKAGE).as_posix(), at.tb_lineno, at.tb_frame))
        at = at.tb_next
    return reversed(found)
