"""Files in folders of a project, reached from its root without following a link.

A checkout can bring links, and another program can put one where a folder was a moment ago. Where the system has it, a folder
is held open while something is done in it, so that what was looked at is what is written to; elsewhere (Windows) it is looked
at just before.
"""

import errno
import os
import stat
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeAlias

from sessionlint.model.records import dataclass

Data: TypeAlias = bytes | Iterable[bytes]
"""What a file is to hold; in pieces, where it may be more than fits into memory."""
_LINK = getattr(os, "link", None)  # Android and WebAssembly have none
_HOLDS_FOLDERS = {os.open, os.stat, os.access, _LINK, os.rename, os.unlink} <= os.supports_dir_fd
_LINKS_LINKS = _LINK in os.supports_follow_symlinks
_SAME = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_FOLDER = os.O_RDONLY | _SAME | getattr(os, "O_DIRECTORY", 0)
_FILE = os.O_RDONLY | _SAME | getattr(os, "O_NONBLOCK", 0)  # a pipe in its place would be waited for
_MODE = 0o666  # less what the user's mask takes away
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _SAME


@contextmanager
def entered(root: Path, folder: str) -> Generator["Folder", None, None]:
    """The folder at ``folder`` (relative to ``root``, a real path, with forward slashes). Raises OSError, also for a link."""
    names = [name for name in folder.split("/") if name]
    if ".." in names:
        raise OSError(errno.EINVAL, "not a path below the project", folder)
    if not _HOLDS_FOLDERS:
        yield Folder(_looked_at(root, names), None)
        return
    descriptor = os.open(root, _FOLDER)
    try:
        for name in names:
            inner = os.open(name, _FOLDER, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = inner
        yield Folder(root.joinpath(*names), descriptor)
    finally:
        os.close(descriptor)


def _looked_at(root: Path, names: Sequence[str]) -> Path:
    path = root.joinpath(*names)
    if path.resolve(strict=True) != path:
        raise OSError(errno.ELOOP, "a link is in its place", str(path))
    return path


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that was entered; every name is that of a file in it, and no link is followed. All methods raise OSError."""

    path: Path
    descriptor: int | None

    def _named(self, name: str) -> str:
        return name if self.descriptor is not None else str(self.path / name)

    def read(self, name: str) -> bytes:
        """What is in the file, which has to be a regular one."""
        descriptor = os.open(self._named(name), _FILE, dir_fd=self.descriptor)
        with open(descriptor, "rb", buffering=0) as file:  # noqa: PTH123  (there is no Path of a descriptor)
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise OSError(errno.EINVAL, "not a regular file", name)
            return file.readall()

    def status(self, name: str) -> os.stat_result:
        return os.stat(self._named(name), dir_fd=self.descriptor, follow_symlinks=False)

    def has(self, name: str) -> bool:
        try:
            self.status(name)
        except FileNotFoundError:
            return False
        return True

    def may_write(self, name: str) -> bool:
        writable = self.status(name).st_mode & stat.S_IWUSR
        return bool(writable) and os.access(self._named(name), os.W_OK, dir_fd=self.descriptor)

    def create(self, name: str, data: Data, like: os.stat_result | None = None, *, mode: int = 0o600) -> None:
        """A new file, complete on disk, with the owner and the mode of ``like``, or with ``mode``: for nobody else."""
        descriptor = os.open(self._named(name), _NEW_FILE, mode, dir_fd=self.descriptor)
        try:
            for piece in (data,) if isinstance(data, bytes) else data:
                rest = memoryview(piece)
                while rest:
                    rest = rest[os.write(descriptor, rest) :]
            if like is not None:
                given = _given_away(descriptor, like)  # before the mode is set: to change the owner takes bits away
                os.chmod(descriptor if self.descriptor is not None else self._named(name), given)  # noqa: PTH101
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def link(self, name: str, other: str) -> None:
        """``other`` as one more name of the file."""
        if not hasattr(os, "link"):
            raise OSError(errno.ENOSYS, "this system gives files one name", other)
        ends = {"src_dir_fd": self.descriptor, "dst_dir_fd": self.descriptor}
        os.link(self._named(name), self._named(other), **ends, follow_symlinks=not _LINKS_LINKS)

    def rename(self, name: str, other: str) -> None:
        """In place of ``other``, if there is one."""
        os.replace(self._named(name), self._named(other), src_dir_fd=self.descriptor, dst_dir_fd=self.descriptor)

    def remove(self, name: str) -> None:
        """Remove the file if it is there."""
        with suppress(FileNotFoundError):
            os.unlink(self._named(name), dir_fd=self.descriptor)

    def sync(self) -> None:
        """Make renames last; some systems cannot, and lose nothing that was ever promised."""
        if self.descriptor is not None:
            with suppress(OSError):
                os.fsync(self.descriptor)


def replace_whole(folder: Folder, name: str, data: Data) -> None:
    """Put ``data`` in place of a file that may be there, whole or not at all. Raises OSError."""
    unfinished = f".sessionlint-{os.urandom(16).hex()}.new"
    try:
        folder.create(unfinished, data, folder.status(name) if folder.has(name) else None, mode=_MODE)
        folder.rename(unfinished, name)
        folder.sync()
    finally:
        with suppress(OSError):
            folder.remove(unfinished)


def _given_away(descriptor: int, like: os.stat_result) -> int:
    """Give the file the owner of ``like``, and return the mode that it shall have."""
    mode, made = stat.S_IMODE(like.st_mode), os.fstat(descriptor)
    if (made.st_uid, made.st_gid) == (like.st_uid, like.st_gid):
        return mode
    with suppress(OSError):  # only root may give files away
        os.chown(descriptor, like.st_uid, like.st_gid)
        return mode
    return mode & ~(stat.S_ISUID | stat.S_ISGID)  # what ran as its owner must not run as us
