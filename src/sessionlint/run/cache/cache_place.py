"""Where the cache of a project lies: in the user's own folder, or where somebody wants it.

A *base* holds a folder for each project, and is for nothing else. The user may put it anywhere: with ``--cache-dir``, or with
a variable of the environment. A checkout's configuration may only say where in the project.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from sessionlint.model.digest import blake2b
from sessionlint.model.records import dataclass

VARIABLE = "SESSIONLINT_CACHE_DIR"


@dataclass(frozen=True, slots=True)
class Place:
    """``base`` holds the cache of ``project``, which is a real path; ``chosen``: somebody said so, and wants to hear why not.

    ``key_base``: where the key lies that its rows are sealed with; None when that would be in the project.
    """

    base: Path
    project: Path
    key_base: Path | None
    chosen: bool = True

    @property
    def folder(self) -> Path:
        """What is in ``base`` for this project."""
        return self.base / blake2b(os.fsencode(self.project), digest_size=16).hexdigest()

    @property
    def is_inside(self) -> bool:
        """Whether a checkout can bring what is in ``base``."""
        return self.base.is_relative_to(self.project)


def place_of(project: Path, given: Path | None, configured: str | None) -> Place | None:
    """The place for the project in the folder ``project``; None when nobody has said where, and the user has no folder.

    ``given`` is ``--cache-dir``, and ``configured`` the setting, which ``values.inner_folder`` has read.
    """
    own = _of_environment() or user_folder()
    chosen = given or _of_environment() or (project / configured if configured else None)
    base = chosen or own
    if base is None:
        return None
    outside = (each for each in _candidates(base, own, project) if not each.is_relative_to(project))
    return Place(_resolved(base, project), project, next(outside, None), chosen is not None)


def _candidates(base: Path, own: Path | None, project: Path) -> Iterator[Path]:
    """Where the key may lie, unless that is in the project."""
    yield _resolved(base, project)
    for each in (own, user_folder()):
        if each is not None:
            yield _resolved(each, project)


def user_folder(platform: str = sys.platform) -> Path | None:
    """Where caches go on this platform, as far as the user has a folder for them."""
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home() raises where there is none
    variable, usual = {
        "win32": ("LOCALAPPDATA", home / "AppData" / "Local"),
        "darwin": ("", home / "Library" / "Caches"),
    }.get(platform, ("XDG_CACHE_HOME", home / ".cache"))
    named = Path(os.environ.get(variable, ""))
    folder = named if named.is_absolute() else usual
    return folder / "sessionlint" if folder.is_absolute() else None


def _of_environment() -> Path | None:
    named = os.environ.get(VARIABLE)
    return Path.cwd() / named if named else None


def _resolved(base: Path, project: Path) -> Path:
    """``base`` without the links above the project, or above itself when it lies elsewhere; those below stay, to be refused."""
    base = Path(os.path.abspath(base))  # noqa: PTH100 - `..` goes, links stay
    if os.path.realpath(base) == str(base):
        return base
    above = next((each for each in (base, *base.parents) if os.path.realpath(each) == str(project)), None)
    return Path(os.path.realpath(base.parent)) / base.name if above is None else project / base.relative_to(above)
