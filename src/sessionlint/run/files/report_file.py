"""A report in a file that somebody named: written whole or not at all, and in no place that a checkout could make up."""

import errno
import os
import stat
from collections.abc import Container
from contextlib import suppress
from pathlib import Path

from sessionlint.run.errors import UsageError
from sessionlint.run.files.inside import Folder, entered

_MODE = 0o666  # less what the user's mask takes away


def write_report(typed: str, text: str, root: Path, sources: Container[str]) -> None:
    """Put ``text`` into the file ``typed``, in place of what is there.

    Below ``root``, the project's real folder, no link is followed, and neither ``.git`` nor one of ``sources`` (paths relative
    to it) is written to. Raises UsageError.
    """
    path = Path(os.path.abspath(typed))  # noqa: PTH100  (`resolve` would follow the links that are not to be followed)
    try:
        base, below = _parted(path.parent, root)
        _refuse_ours(typed, path, root, below, sources)
        with entered(base, below) as folder:
            _refuse_odd(typed, folder, path.name)
            _replace(folder, path.name, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise UsageError(f"-o: {typed}: {_told(error)}") from None


def read_report(typed: str) -> str | None:
    """What is in the file ``typed``; None where there is none. Raises UsageError."""
    path = Path(typed)
    try:
        with entered(path.parent.resolve(strict=True), "") as folder:
            return folder.read(path.name).decode("utf-8", "replace").replace("\r\n", "\n")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"{typed}: {_told(error)}") from None


def _parted(folder: Path, root: Path) -> tuple[Path, str]:
    """Where links are followed, and the way below it on which they are not."""
    if folder.is_relative_to(root):
        return root, folder.relative_to(root).as_posix().removeprefix(".")
    return folder.resolve(strict=True), ""


def _refuse_ours(typed: str, path: Path, root: Path, below: str, sources: Container[str]) -> None:
    if ".git" in (part.lower() for part in path.parts):
        raise UsageError(f"-o: {typed}: in .git nothing is written")
    if path.is_relative_to(root) and "/".join(filter(None, (below, path.name))) in sources:
        raise UsageError(f"-o: {typed}: a file of the project that is checked; a report would take its place")


def _refuse_odd(typed: str, folder: Folder, name: str) -> None:
    if not folder.has(name):
        return
    mode = folder.status(name).st_mode
    if stat.S_ISLNK(mode):
        raise UsageError(f"-o: {typed}: a symlink, which is not followed")
    if not stat.S_ISREG(mode):
        raise UsageError(f"-o: {typed}: not a regular file")


def _replace(folder: Folder, name: str, data: bytes) -> None:
    unfinished = f".sessionlint-{os.urandom(16).hex()}.new"
    try:
        folder.create(unfinished, data, folder.status(name) if folder.has(name) else None, mode=_MODE)
        folder.rename(unfinished, name)
        folder.sync()
    finally:
        with suppress(OSError):
            folder.remove(unfinished)


def _told(error: OSError) -> str:
    if error.errno in (errno.ELOOP, errno.ENOTDIR):
        return "a link, or something else that is no folder, is in its way"
    return error.strerror or str(error)
