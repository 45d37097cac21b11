"""Files on disk: replaced whole, all or none, and only while they are still what was analysed."""

import errno
import os
import stat
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from sessionlint.model.records import dataclass
from sessionlint.model.source import Source


class NotWritten(Exception):  # noqa: N818  (it says what happened)
    """Nothing was changed on disk; ``path`` (relative to the project root) could not be written because of ``reason``."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Change:
    """``before`` is the file as it was analysed, ``text`` what it shall hold; encoding and byte order mark stay."""

    before: Source
    text: str


def write_files(root: Path, changes: Sequence[Change]) -> None:
    """Write every change to its file under ``root``, or none.

    Mode, encoding, byte order mark and newlines stay as they are; a symlink stays one and its target is written.
    Raises NotWritten when a file is no longer what was analysed, cannot be written, or cannot hold the new text; what
    was already replaced is then put back. Temporary files are removed in any case, also on KeyboardInterrupt.
    """
    with ExitStack() as temporaries:
        ready = [_prepare(root, change, temporaries) for change in changes]
        for replacement in ready:
            replacement.check()
        _replace_all(ready, temporaries)


@dataclass(frozen=True, slots=True)
class _Replacement:
    path: str
    target: Path
    temporary: Path
    original: bytes

    def check(self) -> None:
        with _reasons(self.path):
            if self.target.read_bytes() != self.original:
                raise NotWritten(self.path, "changed since it was read")


def _prepare(root: Path, change: Change, temporaries: ExitStack) -> _Replacement:
    """The new content in a temporary file beside the target, complete on disk."""
    path, before = change.before.path, change.before
    try:
        new, original = before.encode(change.text), before.encode(before.text)
    except UnicodeEncodeError as error:
        raise NotWritten(path, f"its encoding, {before.encoding}, cannot hold {error.object[error.start]!r}") from None
    with _reasons(path):
        target = (root / path).resolve(strict=True)
        mode = target.stat().st_mode
        if not mode & stat.S_IWUSR or not os.access(target, os.W_OK):
            raise NotWritten(path, "read-only")
        return _Replacement(path, target, _temporary(target, new, mode, temporaries), original)


def _temporary(target: Path, data: bytes, mode: int, temporaries: ExitStack) -> Path:
    import tempfile  # takes longer to import than a run without fixes has

    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
    temporaries.callback(Path(name).unlink, missing_ok=True)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)
    Path(name).chmod(stat.S_IMODE(mode))
    return Path(name)


def _replace_all(ready: Sequence[_Replacement], temporaries: ExitStack) -> None:
    done: list[_Replacement] = []
    try:
        for replacement in ready:
            done.append(replacement)
            with _reasons(replacement.path):
                replacement.temporary.replace(replacement.target)
    except BaseException:
        for replacement in done:
            if not replacement.temporary.exists():
                _put_back(replacement, temporaries)
        raise


def _put_back(replacement: _Replacement, temporaries: ExitStack) -> None:
    """Best effort: what cannot be put back must not hide why the others have to be."""
    with suppress(OSError):
        mode = replacement.target.stat().st_mode
        _temporary(replacement.target, replacement.original, mode, temporaries).replace(replacement.target)


@contextmanager
def _reasons(path: str) -> Generator[None, None, None]:
    """Turns an OSError into NotWritten, in words."""
    try:
        yield
    except OSError as error:
        raise NotWritten(path, _IN_WORDS.get(error.errno or 0) or error.strerror or str(error)) from error


_IN_WORDS = {
    errno.ENOENT: "it is gone",
    errno.EACCES: "no permission to replace it",
    errno.EPERM: "no permission to replace it",
    errno.EROFS: "read-only",
    errno.ENOSPC: "disk full",
    errno.EDQUOT: "disk quota exceeded",
    errno.ELOOP: "a symlink that leads to itself",
}
