"""Reports in files that the command line names: whole or not at all, and through no link that somebody else put there."""

import os
import stat
from contextlib import suppress
from pathlib import Path

from sessionlint.run.errors import UsageError
from sessionlint.run.files.own_files import status

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_SOURCES = (".py", ".pyi", ".ipynb")


def check_destination(path: Path) -> None:
    """Raise UsageError for what cannot become a report, or had better not: to be told before the work is done."""
    if path.suffix in _SOURCES:
        raise UsageError(f"{path}: a report does not replace source code")
    if path.is_dir():
        raise UsageError(f"{path}: a folder; a report needs the name of a file")
    if not path.parent.is_dir():
        raise UsageError(f"{path}: the folder for the report does not exist")
    if path.is_symlink() and not _is_stream(path):
        raise UsageError(f"{path}: a symlink; name the file that it leads to")


def write_report(path: Path, text: str) -> None:
    """Replace what ``path`` holds by ``text``; devices and pipes are written to. Raises UsageError."""
    data = text.encode("utf-8", "backslashreplace")
    check_destination(path)
    try:
        if _is_stream(path):
            path.write_bytes(data)
        else:
            _replace(path, data)
    except OSError as error:
        raise UsageError(f"{path}: the report cannot be written: {error.strerror}") from None


def _is_stream(path: Path) -> bool:
    """Whether what is written there goes somewhere else, as to ``/dev/stdout``."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return stat.S_ISCHR(mode) or stat.S_ISFIFO(mode)


def _replace(path: Path, data: bytes) -> None:
    """A file that is there keeps its mode."""
    unfinished = path.with_name(f".{path.name}.{os.urandom(8).hex()}")
    before = status(path)
    try:
        with open(os.open(unfinished, _NEW, 0o666), "wb") as file:  # noqa: PTH123 - a descriptor
            file.write(data)
        if before is not None:
            unfinished.chmod(stat.S_IMODE(before.st_mode))
        unfinished.replace(path)
    finally:
        with suppress(FileNotFoundError):
            unfinished.unlink()
