"""A report in a file that somebody named: written whole or not at all, and in no place that a checkout could make up."""

import errno
import os
import stat
from collections.abc import Container, Iterable
from pathlib import Path

from sessionlint.run.errors import UsageError
from sessionlint.run.files.inside import Folder, entered, replace_whole

_SOURCES = (".py", ".pyi", ".ipynb")


def check_destination(typed: str) -> None:
    """Raise UsageError for what cannot become a report, or had better not: to be told before the work is done."""
    path = Path(typed)
    if path.suffix in _SOURCES:
        raise UsageError(f"{typed}: a report does not replace source code")
    if path.is_dir():
        raise UsageError(f"{typed}: a folder; a report needs the name of a file")
    if not path.parent.is_dir():
        raise UsageError(f"{typed}: the folder for the report does not exist")


def write_report(typed: str, text: str | Iterable[str], root: Path, sources: Container[str]) -> None:
    """Put ``text``, whole or in pieces, into the file ``typed``, in place of what is there; devices and pipes, as
    ``/dev/stdout``, are written to.

    Below ``root``, the project's real folder, no link is followed, and neither ``.git`` nor one of ``sources`` (paths relative
    to it) is written to. Raises UsageError.
    """
    check_destination(typed)
    pieces = (piece.encode("utf-8", "backslashreplace") for piece in ((text,) if isinstance(text, str) else text))
    path = Path(os.path.abspath(typed))  # noqa: PTH100  (`resolve` would follow the links that are not to be followed)
    try:
        if not path.is_relative_to(root) and _is_stream(path):
            with path.open("wb") as stream:
                stream.writelines(pieces)
            return
        base, below = _parted(path.parent, root)
        _refuse_ours(typed, path, root, below, sources)
        with entered(base, below) as folder:
            _refuse_odd(typed, folder, path.name)
            replace_whole(folder, path.name, pieces)
    except OSError as error:
        raise UsageError(f"{typed}: {told(error)}") from None


def _is_stream(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return stat.S_ISCHR(mode) or stat.S_ISFIFO(mode)


def read_report(typed: str) -> str | None:
    """What is in the file ``typed``; None where there is none. Raises UsageError."""
    path = Path(typed)
    try:
        with entered(path.parent.resolve(strict=True), "") as folder:
            return folder.read(path.name).decode("utf-8", "replace").replace("\r\n", "\n")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"{typed}: {told(error)}") from None


def _parted(folder: Path, root: Path) -> tuple[Path, str]:
    """Where links are followed, and the way below it on which they are not."""
    if folder.is_relative_to(root):
        return root, folder.relative_to(root).as_posix().removeprefix(".")
    return folder.resolve(strict=True), ""


def _refuse_ours(typed: str, path: Path, root: Path, below: str, sources: Container[str]) -> None:
    if ".git" in (part.lower() for part in path.parts):
        raise UsageError(f"{typed}: in .git nothing is written")
    if path.is_relative_to(root) and "/".join(filter(None, (below, path.name))) in sources:
        raise UsageError(f"{typed}: a file of the project that is checked; a report would take its place")


def _refuse_odd(typed: str, folder: Folder, name: str) -> None:
    if not folder.has(name):
        return
    mode = folder.status(name).st_mode
    if stat.S_ISLNK(mode):
        raise UsageError(f"{typed}: a symlink, which is not followed")
    if not stat.S_ISREG(mode):
        raise UsageError(f"{typed}: not a regular file")


def told(error: OSError) -> str:
    """Why something could not be read or written, in words for the user."""
    if error.errno in (errno.ELOOP, errno.ENOTDIR):
        return "a link, or something else that is no folder, is in its way"
    return error.strerror or str(error)
