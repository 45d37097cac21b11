"""Where a store lies: in a folder, or wherever fsspec gets to by a URL. Names have parts with slashes between them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import ENOSPC
from pathlib import Path
from typing import Any, Protocol

from sessionlint.run.errors import UsageError

_UNFINISHED = ".unfinished-"


class Storage(Protocol):
    """``appends``: whether a line can be put behind those that are there, so that nothing of them is lost when it fails."""

    appends: bool

    def read(self, name: str) -> bytes | None:
        """None where there is no such entry. Raises OSError."""

    def write(self, name: str, data: bytes) -> None:
        """Whole or not at all; an entry that is there is replaced. Raises OSError."""

    def append(self, name: str, data: bytes) -> None:
        """Raises OSError."""

    def remove(self, name: str) -> None:
        """Raises OSError, but not where there is no such entry."""

    def names(self, folder: str) -> list[str]:
        """The entries directly in ``folder``, files and folders, sorted; none where there is no such folder."""


def opened(place: str) -> Storage:
    """The storage at ``place``: a folder, or a URL with a scheme. Raises UsageError."""
    scheme, colon, rest = place.partition("://")
    if colon and scheme == "file":
        return LocalFolder(Path(rest))
    return _remote(place) if colon else LocalFolder(Path(place))


@contextmanager
def _told_of(path: Path) -> Iterator[None]:
    """Where something could not be written; not every error of a full disk says that."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, error.filename or str(path)) from None


class LocalFolder:
    """A folder of this machine, or of a file system that several share. No link in it is followed: it may come from elsewhere."""

    appends = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __str__(self) -> str:
        return str(self._folder)

    def read(self, name: str) -> bytes | None:
        path = self._folder / name
        try:
            return None if path.is_symlink() else path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def write(self, name: str, data: bytes) -> None:
        path = self._folder / name
        unfinished = path.with_name(f"{_UNFINISHED}{os.urandom(8).hex()}")
        try:
            with _told_of(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                with unfinished.open("xb") as file:
                    file.write(data)
                unfinished.replace(path)
        except BaseException:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
            raise

    def append(self, name: str, data: bytes) -> None:
        path = self._folder / name
        with _told_of(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("ab", buffering=0) as file:
                if file.write(data) != len(data):
                    raise OSError(ENOSPC, os.strerror(ENOSPC))

    def remove(self, name: str) -> None:
        (self._folder / name).unlink(missing_ok=True)

    def names(self, folder: str) -> list[str]:
        try:
            with os.scandir(self._folder / folder) as entries:
                names = [entry.name for entry in entries if not entry.is_symlink()]
            return sorted(name for name in names if not name.startswith(_UNFINISHED))
        except (FileNotFoundError, NotADirectoryError):
            return []


class Remote:
    """What fsspec reaches: object stores, in which an entry is there as a whole or not at all, and never grows."""

    appends = False

    def __init__(self, system: Any, folder: str) -> None:
        self._system = system
        self._folder = folder.rstrip("/")

    def __str__(self) -> str:
        return str(self._system.unstrip_protocol(self._folder))

    def read(self, name: str) -> bytes | None:
        try:
            data: bytes = self._system.cat_file(self._path(name))
        except FileNotFoundError:
            return None
        return data

    def write(self, name: str, data: bytes) -> None:
        path = self._path(name)
        self._system.makedirs(path.rpartition("/")[0], exist_ok=True)  # nothing to do in a store of objects
        self._system.pipe_file(path, data)

    def append(self, name: str, data: bytes) -> None:
        raise NotImplementedError("an object does not grow")

    def remove(self, name: str) -> None:
        with suppress(FileNotFoundError):
            self._system.rm_file(self._path(name))

    def names(self, folder: str) -> list[str]:
        return sorted(self._names(self._path(folder)))

    def _names(self, path: str) -> Iterator[str]:
        self._system.invalidate_cache()  # others write here, too
        try:
            listed = self._system.ls(path, detail=False)
        except (FileNotFoundError, NotADirectoryError):
            return
        yield from (name for each in listed if (name := str(each).rstrip("/").rpartition("/")[2]))

    def _path(self, name: str) -> str:
        return f"{self._folder}/{name}" if name else self._folder


def _remote(url: str) -> Remote:
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise UsageError(f'--store {url}: needs the extra "fleet": pip install "sessionlint[fleet]"') from None
    try:
        system, folder = url_to_fs(url)
    except (ValueError, ImportError) as error:  # no such scheme, or a library for it that is not there
        raise UsageError(f"--store {url}: {error}") from None
    return Remote(system, folder)
