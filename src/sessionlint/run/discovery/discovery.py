"""Which files there are, and which of them the user asked about."""

import os
from collections.abc import Iterator, Sequence
from functools import reduce
from pathlib import Path
from typing import TypeAlias

from sessionlint.model.records import dataclass
from sessionlint.run.discovery.gitignore import Ignores, Verdicts, ignores_above, ignores_at
from sessionlint.run.discovery.roots import Root
from sessionlint.run.errors import UsageError
from sessionlint.run.files.inputs import Inputs, Warn
from sessionlint.run.settings.globs import matches_any, matches_last
from sessionlint.run.settings.settings import DEFAULT_EXCLUDE, Settings

SUFFIXES = (".py", ".pyi")
_OF_GIT = (".gitignore", ".git")
_IGNORED = "ignored by git"
LeftOut: TypeAlias = dict[str, str]
"""Why a file, or a folder with all that is in it, is left out, by path."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What the user asked about: files, and folders with all that is in them (relative to the root; "" is the root)."""

    files: frozenset[str]
    folders: tuple[str, ...]

    def __contains__(self, path: object) -> bool:
        if not isinstance(path, str):
            return False
        return path in self.files or any(not folder or path.startswith(f"{folder}/") for folder in self.folders)


def real_paths(paths: Sequence[str]) -> list[Path]:
    """The given paths without symlinks. Raises UsageError for one that does not exist."""
    for path in paths:
        if not Path(path).exists():
            raise UsageError(f"{path}: {'a symlink to nowhere' if Path(path).is_symlink() else 'no such file or folder'}")
    return [_as_listed(Path(path).resolve()) for path in paths]


def _as_listed(path: Path) -> Path:
    """The path as the folders on the way have it: where case does not matter (macOS), ``SRC/app.py`` may be ``src/app.py``, which
    would be two files to us."""
    if not path.name or path.name.swapcase() == path.name or not path.with_name(path.name.swapcase()).exists():
        return path
    return reduce(_listed, path.parts[1:], Path(path.anchor))


def _listed(folder: Path, name: str) -> Path:
    try:
        names = os.listdir(folder)  # noqa: PTH208 - names are enough
    except OSError:
        names = []
    alike = [each for each in names if each.casefold() == name.casefold()]
    return folder / (name if name in alike or len(alike) != 1 else alike[0])


def discover(
    root: Root,
    paths: Sequence[Path],
    settings: Settings,
    warn: Warn,
    verdicts: Verdicts | None = None,
    left_out: LeftOut | None = None,
) -> tuple[list[str], Scope]:
    """Every file to analyse (relative to the root, sorted), and the scope to report; ``left_out`` takes what was passed by.

    ``paths`` are real. A file that is given is checked even when it is excluded, unless ``force-exclude`` says otherwise.
    """
    walk = _Walk(root, settings, warn, verdicts or Verdicts(Inputs(warn)), left_out if left_out is not None else {})
    if settings.force_exclude:
        paths = [path for path in paths if not walk.leaves_out_given(path)]
    scope = Scope(
        frozenset(root.relative(path) for path in paths if not path.is_dir()),
        tuple(root.relative(path) for path in paths if path.is_dir()),
    )
    found = set(walk.files(root.part)) if root.part else set()
    for path in paths:
        if not path.is_dir():
            found.add(root.relative(path))
        elif root.part is None or not path.is_relative_to(root.part) or walk.leaves_out(path, partly=True):
            found.update(walk.files(path))
    return sorted(found), scope


class _Walk:
    """The files below a folder that are neither excluded nor ignored, each real file once."""

    def __init__(self, root: Root, settings: Settings, warn: Warn, verdicts: Verdicts, left_out: LeftOut) -> None:
        self._left_out = left_out
        self._verdicts = verdicts
        self._root = root
        self._patterns = (*settings.exclude, *settings.extend_exclude)
        self._gitignore = settings.respect_gitignore
        self._forced = settings.force_exclude
        self._warn = warn

    def leaves_out_given(self, path: Path) -> bool:
        """As ``leaves_out``, for what was asked for: why it is passed by is told."""
        relative = self._root.relative(path)
        if not self.leaves_out(path):
            return False
        self._left_out[relative] = self._why_excluded(relative) if matches_any(self._patterns, relative) else _IGNORED
        return True

    def leaves_out(self, path: Path, partly: bool = False) -> bool:
        """Whether a walk from the root would not come upon ``path``, or ``partly`` not upon all that is in it."""
        relative = self._root.relative(path)
        if not relative:
            return False
        if matches_any(self._patterns, relative):
            return True
        ignores = self._on_the_way(path)
        return ignores is None or (partly and ignores.only_tracked)

    def _on_the_way(self, path: Path) -> Ignores | None:
        """The ignore rules in force in ``path``; None where it is ignored."""
        return ignores_at(path, self._root.folder, self._verdicts) if self._gitignore else Ignores(self._verdicts)

    def files(self, folder: Path) -> Iterator[str]:
        links: list[Path] = []
        seen: set[Path] = set()
        for path in self._walk(folder, self._ignores(folder), links):
            seen.add(path)
            yield self._root.relative(path)
        for link in sorted(links):  # the real file is the better name for it, so links come last
            target = link.resolve()
            if target not in seen:
                seen.add(target)
                yield self._root.relative(link)

    def _ignores(self, folder: Path) -> Ignores:
        """The rules to begin with: inside an ignored folder, which somebody asked for, those around it say nothing."""
        if not self._gitignore:
            return Ignores(self._verdicts)
        if folder == self._root.folder:
            return ignores_above(folder, self._verdicts)
        ignores = self._on_the_way(folder)
        if ignores is None or (ignores.only_tracked and not self._forced):
            return Ignores(self._verdicts).entering(folder)
        return ignores

    def _walk(self, folder: Path, ignores: Ignores, links: list[Path]) -> Iterator[Path]:
        """Iterative, for folders may be nested deeper than Python likes; folders that are symlinks are not entered."""
        start = folder
        pending = [(folder, ignores)]
        while pending:
            folder, ignores = pending.pop()
            entries = self._entries(folder)
            if folder != start and self._gitignore and any(entry.name in _OF_GIT for entry in entries):
                ignores = ignores.entering(folder)
            for entry in entries:
                path = Path(entry.path)
                if entry.is_dir(follow_symlinks=False):
                    if (inside := self._inside(path, ignores)) is not None:
                        pending.append((path, inside))
                elif entry.name.endswith(SUFFIXES) and not self._leaves_out_file(path, ignores):
                    if not entry.is_symlink():
                        yield path
                    elif self._leads_to_file(path):
                        links.append(path)

    def _entries(self, folder: Path) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as entries:
                return list(entries)
        except OSError as error:
            self._warn(f"{self._root.relative(folder) or '.'}: cannot read the folder: {error.strerror}")
            return []

    def _leads_to_file(self, link: Path) -> bool:
        try:
            if link.is_dir():
                return False
            link.resolve(strict=True)
        except (OSError, RuntimeError):
            self._warn(f"{self._root.relative(link)}: skipped, a symlink to nowhere")
            return False
        return True

    def _inside(self, folder: Path, ignores: Ignores) -> Ignores | None:
        """The ignore rules in force in ``folder``, which lies directly where ``ignores`` are; None: it is not entered."""
        if self._excludes(folder):
            return None
        inside = ignores.inside(folder)
        if inside is None:
            self._left_out[self._root.relative(folder)] = _IGNORED
        return inside

    def _leaves_out_file(self, file: Path, ignores: Ignores) -> bool:
        if self._excludes(file):
            return True
        ignored = ignores.ignores(file)
        if ignored:
            self._left_out[self._root.relative(file)] = _IGNORED
        return ignored

    def _excludes(self, path: Path) -> bool:
        relative = self._root.relative(path)
        excluded = matches_last(self._patterns, relative)
        if excluded:
            self._left_out[relative] = self._why_excluded(relative)
        return excluded

    def _why_excluded(self, relative: str) -> str:
        is_usual = self._patterns[: len(DEFAULT_EXCLUDE)] == DEFAULT_EXCLUDE and matches_any(DEFAULT_EXCLUDE, relative)
        return f"excluded by {'default' if is_usual else 'the settings'}"
