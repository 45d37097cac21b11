"""``sessionlint clean``: the cache goes."""

from collections.abc import Sequence
from pathlib import Path

from sessionlint.run import cache_folder
from sessionlint.run.console import prepare, say
from sessionlint.run.errors import CLEAN, UsageError
from sessionlint.run.planning import cache_dir as cache_dir_of
from sessionlint.run.request import Request


def run_clean(paths: Sequence[str], cache_dir: str | None) -> int:
    """Remove the cache that a check of ``paths`` uses, and say so. Raises UsageError."""
    prepare()
    options = (("cache-dir", str(Path.cwd() / cache_dir)),) if cache_dir else ()
    folder = cache_dir_of(Request(paths=tuple(paths) or (".",), options=options))
    try:
        removed = cache_folder.remove(folder)
    except OSError as error:
        raise UsageError(f"{folder}: {error.strerror}") from None
    say(f"removed {folder}" if removed else f"no cache in {folder}")
    return CLEAN
