"""Files on disk: replaced whole, all or none, and only while they are still what was analysed.

What is guaranteed, where renames are atomic:

- A file is whole at every moment, old or new, whatever happens to the run, the disk or the machine.
- Changes that are written together are made in all their files or in none. When one fails, or the run is interrupted, the
  files before it are put back; when the run is killed, ``journal`` has the next one finish them.
- Two runs on one root do not mix: they take turns, and the second finds the files changed, or already as it wants them.

What is not: another program can see some files new and others old for the moment between the first rename and the last;
what an editor saves in the moment between the last look at a file and its rename is lost; a hard link parts from its
twin; on Windows and on file systems without locks runs do not take turns, and what a killed one leaves is not finished.
"""

import errno
import os
import stat
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

from sessionlint.edits import journal
from sessionlint.model.records import dataclass
from sessionlint.model.source import Source

_Result = TypeVar("_Result")


class NotWritten(Exception):  # noqa: N818  (it says what happened)
    """Some files (``reasons`` by path, relative to the project root) could not be written, so none was.

    ``hopeless``: nor could any other, for the disk is full. ``stuck``: paths that are new all the same, because they
    could not be put back.
    """

    def __init__(self, reasons: Mapping[str, str], *, hopeless: bool = False, stuck: Sequence[str] = ()) -> None:
        super().__init__("; ".join(f"{path}: {reason}" for path, reason in reasons.items()))
        self.reasons = reasons
        self.hopeless = hopeless
        self.stuck = stuck


@dataclass(frozen=True, slots=True)
class Change:
    """``before`` is the file as it was analysed, ``text`` what it shall hold; encoding and byte order mark stay."""

    before: Source
    text: str


def write_files(root: Path, changes: Sequence[Change]) -> None:
    """Write every change to its file under ``root``, or none.

    Mode, owner, encoding, byte order mark and newlines stay as they are; a symlink stays one and its target is written.
    A file that already holds the new text is content. Raises NotWritten when a file is no longer what was analysed,
    cannot be written, or cannot hold the new text. Nothing is left beside the files, also on KeyboardInterrupt.
    """
    with journal.one_at_a_time(root) as alone:
        token = os.urandom(4).hex()
        names = (f".sessionlint-{token}-{number}" for number in range(len(changes)))
        looked = _each(
            (change.before.path, partial(_look, root, change, name)) for change, name in zip(changes, names, strict=True)
        )
        ready = [replacement for replacement in looked if replacement is not None]
        if ready:
            _exchange(root, ready, alone)


@dataclass(frozen=True, slots=True)
class _Replacement:
    """``target`` is the real file, ``new`` and ``old`` lie beside it: what it shall hold, and what it held, to put back."""

    path: str
    target: Path
    new: Path
    old: Path
    data: bytes
    original: bytes

    @property
    def entry(self) -> journal.Entry:
        return journal.Entry(self.path, self.new.name, self.old.name, journal.digest(self.data), journal.digest(self.original))


def _look(root: Path, change: Change, name: str) -> _Replacement | None:
    """What is to be done for a file; None when it already holds the new text."""
    path, before = change.before.path, change.before
    try:
        new, original = before.encode(change.text), before.encode(before.text)
    except UnicodeEncodeError as error:
        raise NotWritten({path: f"its encoding, {before.encoding}, cannot hold {error.object[error.start]!r}"}) from None
    target = (root / path).resolve(strict=True)
    content = target.read_bytes()
    if content == new:
        return None
    if content != original:
        raise NotWritten({path: _CHANGED})
    if not target.stat().st_mode & stat.S_IWUSR or not os.access(target, os.W_OK):
        raise NotWritten({path: "read-only"})
    return _Replacement(path, target, target.with_name(f"{name}.new"), target.with_name(f"{name}.old"), new, original)


def _exchange(root: Path, ready: Sequence[_Replacement], alone: bool) -> None:
    """Lay everything ready, then rename file by file."""
    done: list[_Replacement] = []
    try:
        if alone:
            with suppress(OSError):  # a root that takes no files has no journal
                journal.begin(root, [replacement.entry for replacement in ready])
        _each((replacement.path, partial(_lay_ready, replacement)) for replacement in ready)
        for replacement in ready:
            done.append(replacement)
            _each([(replacement.path, partial(_replace, replacement))])
        for folder in dict.fromkeys(replacement.target.parent for replacement in ready):
            journal.sync_folder(folder)
    except BaseException as failure:
        stuck = [replacement.path for replacement in done if not _put_back(replacement)]
        _tidy(root, ready, finished=not stuck)
        if stuck and isinstance(failure, NotWritten):
            raise NotWritten(failure.reasons, hopeless=True, stuck=stuck) from failure
        raise
    _tidy(root, ready, finished=True)


def _lay_ready(replacement: _Replacement) -> None:
    """The new content and the old one as files of their own, complete on disk."""
    status = replacement.target.stat()
    _write(replacement.new, replacement.data, status)
    try:
        os.link(replacement.target, replacement.old)  # needs no room on the disk
    except OSError:
        _write(replacement.old, replacement.original, status)


def _write(file: Path, data: bytes, status: os.stat_result) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(descriptor)
    with suppress(OSError, AttributeError):  # only root may give files away, and Windows has no owners
        os.chown(file, status.st_uid, status.st_gid)
    file.chmod(stat.S_IMODE(status.st_mode))


def _replace(replacement: _Replacement) -> None:
    if replacement.target.read_bytes() != replacement.original:
        raise NotWritten({replacement.path: _CHANGED})
    os.replace(replacement.new, replacement.target)  # noqa: PTH105  (one name for every rename, which tests make fail)


def _put_back(replacement: _Replacement) -> bool:
    """Whether the file is what it was."""
    if replacement.new.exists():
        return True  # it was never replaced
    try:
        os.replace(replacement.old, replacement.target)  # noqa: PTH105
    except OSError:
        return False
    return True


def _tidy(root: Path, ready: Sequence[_Replacement], *, finished: bool) -> None:
    for replacement in ready if finished else ():
        for file in (replacement.new, replacement.old):
            with suppress(OSError):
                file.unlink(missing_ok=True)
    if finished:
        journal.end(root)


def _each(work: Iterable[tuple[str, Callable[[], _Result]]]) -> list[_Result]:
    """Do it for every path, and collect why it failed for some. Raises NotWritten."""
    results: list[_Result] = []
    reasons: dict[str, str] = {}
    for path, step in work:
        with _collected(path, reasons):
            results.append(step())
    if reasons:
        raise NotWritten(reasons)
    return results


@contextmanager
def _collected(path: str, reasons: dict[str, str]) -> Generator[None, None, None]:
    """Puts why it failed into ``reasons``, in words; a full disk ends everything."""
    try:
        yield
    except NotWritten as error:
        reasons.update(error.reasons)
    except OSError as error:
        reasons[path] = _IN_WORDS.get(error.errno or 0) or error.strerror or str(error)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NotWritten(reasons, hopeless=True) from error


_CHANGED = "changed since it was read"
_IN_WORDS = {
    errno.ENOENT: "it is gone",
    errno.EACCES: "no permission to replace it",
    errno.EPERM: "no permission to replace it",
    errno.EROFS: "read-only",
    errno.ENOSPC: "disk full",
    errno.EDQUOT: "disk quota exceeded",
    errno.ELOOP: "a symlink that leads to itself",
}
