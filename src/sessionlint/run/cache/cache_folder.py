"""The folders that hold caches: made on first use, known by their tag, kept small, removed by ``sessionlint clean``."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from sessionlint.run.cache import cache_key
from sessionlint.run.cache.cache_place import Place
from sessionlint.run.files import own_files

FORMER = ".sessionlint_cache"  # where caches lay once, in the project itself
MOST_BYTES = 1024**3  # of all projects in a base
_TAG = "CACHEDIR.TAG"
_TAG_TEXT = b"""\
Signature: 8a477f597d28d172789f06886806bc55
# This file is a cache directory tag created by sessionlint.
# For information about cache directory tags, see https://bford.info/cachedir/
"""
_IGNORE = ".gitignore"
_IGNORE_TEXT = b"# created by sessionlint\n*\n"
_OF_A_PROJECT = "[0-9a-f]{32}"
_STORE = r"facts-[0-9a-f]+\.sqlite(-journal|-wal|-shm)?"
_UNFINISHED = rf"(CACHEDIR\.TAG|{cache_key.NAME})\.[0-9a-f]{{16}}"


class NotUsableError(Exception):
    """Why a folder cannot hold a cache, in words for the user."""


def told(error: Exception) -> str:
    """An error in one line, with the file that it is about."""
    return f"{error.filename}: {error.strerror}" if isinstance(error, OSError) and error.filename else str(error)


def refuse_links(place: Place) -> None:
    """Raises NotUsableError for a place that leads elsewhere, or that somebody else has made.

    A checkout may bring a symlink that points anywhere; nothing is read from or written to a place that is not ours.
    """
    for folder in dict.fromkeys((place.base, place.folder, place.key_base or place.base)):
        status = own_files.status(folder)
        if status is not None and not own_files.is_folder(folder):
            raise NotUsableError(f"{folder} is {'a symlink' if folder.is_symlink() else 'no folder'}")
        if status is not None and hasattr(os, "geteuid") and status.st_uid != os.geteuid():
            raise NotUsableError(f"{folder} belongs to another user")
    if place.is_inside and os.path.realpath(place.base) != str(place.base):
        raise NotUsableError(f"{place.base} lies behind a symlink")


def make(place: Place) -> bytes:
    """Make the folders of ``place`` unless they are there, and return its key. Raises NotUsableError, OSError."""
    refuse_links(place)
    if place.key_base is None:
        raise NotUsableError(f"{place.base} lies in the project, and so would the key that says what is ours")
    _make_base(place.base)
    if place.key_base != place.base:
        _make_base(place.key_base)
    key = cache_key.made(place.key_base)
    if key is None:
        raise NotUsableError(f"{place.key_base / cache_key.NAME} cannot be read")
    place.folder.mkdir(mode=0o700, exist_ok=True)
    return key


def _make_base(base: Path) -> None:
    if is_ours(base):
        return
    if base.is_dir() and not all(map(_may_be_ours, os.listdir(base))):  # noqa: PTH208 - names
        raise NotUsableError(f"{base} holds other files")
    base.parent.mkdir(parents=True, exist_ok=True)
    base.mkdir(mode=0o700, exist_ok=True)
    with suppress(FileExistsError):
        own_files.create(base / _IGNORE, _IGNORE_TEXT)
    # the tag comes last and whole: it says that the rest is there
    own_files.create_whole(base / _TAG, _TAG_TEXT)


def is_ours(base: Path) -> bool:
    return own_files.is_folder(base) and own_files.read(base / _TAG, len(_TAG_TEXT) + 1) == _TAG_TEXT


def _may_be_ours(name: str) -> bool:
    """Whether another run may be making this just now."""
    return name in (_IGNORE, cache_key.NAME) or re.fullmatch(f"{_UNFINISHED}|{_OF_A_PROJECT}", name) is not None


# --- what grows old ---------------------------------------------------------------------------------------------------


def forget_others(store: Path, older_than: float) -> None:
    """Remove the stores of other versions beside ``store`` that nobody has written to since the time ``older_than``."""
    for path in _stores(store.parent):
        if not path.name.startswith(store.name) and path.lstat().st_mtime < older_than:
            path.unlink(missing_ok=True)


def shrink(place: Place, most: int) -> None:
    """Remove the caches that were not used for the longest time, until there are no more than ``most`` bytes in the base."""
    used: list[tuple[bool, float, int, Path]] = []
    for folder in _projects(place.base):
        files = [path.lstat() for path in _stores(folder)]
        newest = max((file.st_mtime for file in files), default=0.0)
        used.append((folder == place.folder, newest, sum(file.st_size for file in files), folder))
    total = sum(size for _, _, size, _ in used)
    for _, _, size, folder in sorted(used):
        if total <= most:
            return
        _remove_project(folder)
        total -= size


def _projects(base: Path) -> list[Path]:
    with os.scandir(base) as entries:
        names = [entry.name for entry in entries if re.fullmatch(_OF_A_PROJECT, entry.name)]
    return [base / name for name in names if own_files.is_folder(base / name)]


def _stores(folder: Path) -> list[Path]:
    with os.scandir(folder) as entries:
        return [
            folder / entry.name for entry in entries if re.fullmatch(_STORE, entry.name) and entry.is_file(follow_symlinks=False)
        ]


# --- clean ------------------------------------------------------------------------------------------------------------


def remove(place: Place) -> bool:
    """Remove the cache of a project; whether there was one. Raises NotUsableError, OSError."""
    refuse_links(place)
    if not is_ours(place.base) or not own_files.is_folder(place.folder):
        return False
    _remove_project(place.folder)
    return True


def remove_all(place: Place) -> bool:
    """Remove the caches of all projects in a base, and it when nothing else is in it; whether it was ours.

    Raises NotUsableError, OSError.
    """
    refuse_links(place)
    base = place.base
    if not is_ours(base):
        return False
    for folder in _projects(base):
        _remove_project(folder)
    names = [*(name for name in os.listdir(base) if re.fullmatch(_UNFINISHED, name)), cache_key.NAME, _IGNORE, _TAG]  # noqa: PTH208 - names
    _unlink(base / name for name in names)
    _remove_if_empty(base)
    return True


def remove_former(project: Path) -> bool:
    """Remove what an earlier version has left in the project, if it is nothing but that; whether it was there."""
    folder = project / FORMER
    if not is_ours(folder):
        return False
    files = [*_stores(folder), *filter(own_files.is_file, (folder / _IGNORE, folder / _TAG))]
    if len(files) < len(os.listdir(folder)):  # noqa: PTH208 - names
        return False
    _unlink(files)
    _remove_if_empty(folder)
    return True


def _remove_project(folder: Path) -> None:
    _unlink(_stores(folder))
    _remove_if_empty(folder)


def _unlink(paths: Iterator[Path] | list[Path]) -> None:
    for path in paths:
        if own_files.is_file(path):
            path.unlink(missing_ok=True)


def _remove_if_empty(folder: Path) -> None:
    with os.scandir(folder) as entries:
        empty = next(entries, None) is None
    if empty:
        folder.rmdir()
