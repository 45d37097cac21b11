"""The folder that holds the cache: made on first use, known by its tag, removed by ``sessionlint clean``."""

import os
from pathlib import Path

NAME = ".sessionlint_cache"
_TAG = "CACHEDIR.TAG"
_TAG_TEXT = """\
Signature: 8a477f597d28d172789f06886806bc55
# This file is a cache directory tag created by sessionlint.
# For information about cache directory tags, see https://bford.info/cachedir/
"""
_IGNORE_TEXT = "# created by sessionlint\n*\n"
_OURS = (".gitignore", _TAG)
_STORES = "facts-*.sqlite*"


class NotUsableError(Exception):
    """Why a folder cannot hold a cache, in words for the user."""


def make(folder: Path) -> None:
    """Make ``folder`` a cache folder unless it is one. Raises NotUsableError, also for a folder that holds something else.

    A checkout may bring a symlink or a setting that points anywhere; nothing is written to a place that is not ours.
    """
    try:
        if folder.is_symlink():
            raise NotUsableError(f"{folder} is a symlink")
        if is_ours(folder):
            return
        if folder.exists() and not all(_may_be_ours(path.name) for path in folder.iterdir()):
            raise NotUsableError(f"{folder} holds other files")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".gitignore").write_text(_IGNORE_TEXT, encoding="ascii")
        # the tag comes last and whole: it says that the rest is there
        unfinished = folder / f"{_TAG}.{os.getpid()}"
        unfinished.write_text(_TAG_TEXT, encoding="ascii")
        unfinished.replace(folder / _TAG)
    except OSError as error:
        raise NotUsableError(f"{folder}: {error.strerror}") from None


def is_ours(folder: Path) -> bool:
    try:
        return (folder / _TAG).read_text(encoding="ascii") == _TAG_TEXT
    except (OSError, ValueError):
        return False


def _may_be_ours(name: str) -> bool:
    """Whether another run may be making this file just now."""
    return name == ".gitignore" or name.startswith((f"{_TAG}.", "facts-"))


def store_path(folder: Path, fingerprint: str) -> Path:
    return folder / f"facts-{fingerprint}.sqlite"


def forget_others(folder: Path, store: Path, older_than: float) -> None:
    """Remove the stores of other versions that nobody has written to since the time ``older_than``."""
    for path in folder.glob(_STORES):
        if not path.name.startswith(store.name) and path.stat().st_mtime < older_than:
            path.unlink(missing_ok=True)


def remove(folder: Path) -> bool:
    """Remove the cache in ``folder``, and the folder when nothing else is in it; whether there was one. Raises OSError."""
    if folder.is_symlink() or not is_ours(folder):
        return False
    for path in (*folder.glob(_STORES), *(folder / name for name in _OURS)):
        path.unlink(missing_ok=True)
    if not any(folder.iterdir()):
        folder.rmdir()
    return True
