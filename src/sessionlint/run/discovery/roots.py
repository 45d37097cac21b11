"""Which folder is the project, and how its files are named from there."""

import os
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path

from sessionlint.model.records import dataclass
from sessionlint.run.errors import UsageError
from sessionlint.run.settings.config import config_in

_OF_PROJECTS = ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "Pipfile")


@dataclass(frozen=True, slots=True)
class Root:
    """The project's folder (a real path), its configuration file, and the part of it to analyse beside what was asked for.

    ``part`` is the whole folder, save where that is one that cannot be a project (home, temporary files): then it is the
    package that was asked for, or None for loose files.
    """

    folder: Path
    config: Path | None = None
    part: Path | None = None

    @classmethod
    def of(cls, folder: Path, config: Path | None = None) -> "Root":
        """A folder that is a project as a whole."""
        return cls(folder, config, folder)

    @property
    def package(self) -> str:
        """The dotted name of the package that the folder is, as Python has it where all of that can be imported; "" for none.

        Whether there is an ``__init__.py`` is all that is asked of folders above the root.
        """
        packages = takewhile(_is_package, (self.folder, *self.folder.parents))
        names = takewhile(str.isidentifier, (folder.name for folder in packages))
        return ".".join(reversed(list(names)))

    def relative(self, path: Path) -> str:
        """``path``, a real path inside the root, as facts and findings name it; "" for the root itself."""
        below = str(path)[len(str(self.folder)) :]  # Path.relative_to takes most of the time of a walk
        return below.replace(os.sep, "/").lstrip("/")


def find_root(paths: Sequence[Path], chosen: Path | None = None, isolated: bool = False) -> Root:
    """The root for ``paths`` (real ones): the nearest folder with configuration, else the git root, else the common parent,
    or the folder around it when that is a package, and not a project that has an ``__init__.py``.

    Configuration is looked for up to the git root, not beyond. ``chosen`` is ``--project-root``. Raises UsageError when a
    path lies outside of it.
    """
    if chosen is not None:
        return _chosen_root(paths, chosen, isolated)
    common = _common_folder(paths)
    ancestors = [common, *common.parents]
    git = repository_of(common)
    within = ancestors[: ancestors.index(git) + 1] if git else ancestors
    if not isolated:
        for folder in within:
            if config := config_in(folder):
                return Root.of(folder, config)
    if git:
        return Root.of(git)
    package = _outermost_package(common)
    folder = package.parent if package else common
    if _is_shared(folder) and folder not in paths:
        return Root(folder, part=package)
    return Root.of(folder)


def repository_of(folder: Path) -> Path | None:
    """The root of the git repository that ``folder`` lies in."""
    return next((each for each in (folder, *folder.parents) if (each / ".git").exists()), None)


def unused_configurations(paths: Sequence[Path], root: Root) -> list[Path]:
    """Configuration files between the root and ``paths``: a run has one configuration, and these would be expected to count."""
    folders = {folder for path in paths for folder in _between(path if path.is_dir() else path.parent, root.folder)}
    found = (config_in(folder) for folder in sorted(folders))
    return [config for config in found if config is not None]


def _between(folder: Path, root: Path) -> list[Path]:
    """``folder`` and those above it, below ``root``."""
    return list(takewhile(lambda each: each != root, (folder, *folder.parents)))


def _chosen_root(paths: Sequence[Path], chosen: Path, isolated: bool) -> Root:
    folder = chosen.resolve()
    if not folder.is_dir():
        raise UsageError(f"--project-root {chosen}: no such folder")
    for path in paths:
        if not path.is_relative_to(folder):
            raise UsageError(f"{path}: outside the project root {folder}")
    return Root.of(folder, None if isolated else config_in(folder))


def _common_folder(paths: Sequence[Path]) -> Path:
    folders = [path if path.is_dir() else path.parent for path in paths]
    try:
        return Path(os.path.commonpath(folders))
    except ValueError:  # different drives
        raise UsageError("the paths have no folder in common; check them one by one") from None


def _outermost_package(folder: Path) -> Path | None:
    """The top of the package that ``folder`` lies in."""
    packages = takewhile(lambda each: _is_package(each) and not _is_project(each), (folder, *folder.parents))
    return next(reversed(list(packages)), None)


def _is_package(folder: Path) -> bool:
    return (folder / "__init__.py").is_file()


def _is_project(folder: Path) -> bool:
    """Whether a folder with an ``__init__.py`` is no part of what lies around it: nothing can import it by that name, or it says
    for itself what it needs."""
    return not folder.name.isidentifier() or any((folder / name).is_file() for name in _OF_PROJECTS)


def _is_shared(folder: Path) -> bool:
    """Folders that hold anything and everything; loose files there are not each other's project."""
    from tempfile import gettempdir  # takes long to import, and most roots are told by git or a configuration

    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home() raises where there is none
    return folder in (home.resolve(), Path(gettempdir()).resolve(), Path(folder.anchor))
