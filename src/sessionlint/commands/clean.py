"""``sessionlint clean``: the cache goes."""

from collections.abc import Sequence
from pathlib import Path

from sessionlint.commands.console import prepare, say
from sessionlint.run.cache import cache_folder
from sessionlint.run.errors import CLEAN, UsageError
from sessionlint.run.planning import cache_place
from sessionlint.run.request import Request


def run_clean(paths: Sequence[str], cache_dir: Path | None, every: bool) -> int:
    """Remove the cache that a check of ``paths`` uses, or those of ``every`` project beside it, and say so. Raises UsageError."""
    prepare()
    place = cache_place(Request(paths=tuple(paths) or (".",), cache_dir=cache_dir))
    if place is None:
        say("no cache: this user has no folder for it")
        return CLEAN
    folder = place.base if every else place.folder
    try:
        removed = cache_folder.remove_all(place) if every else cache_folder.remove(place)
        former = cache_folder.remove_former(place.project)
    except (OSError, cache_folder.NotUsableError) as error:
        raise UsageError(cache_folder.told(error)) from None
    say(f"removed {folder}" if removed else f"no cache in {folder}")
    if former:
        say(f"removed {place.project / cache_folder.FORMER}, which an earlier version has left")
    return CLEAN
