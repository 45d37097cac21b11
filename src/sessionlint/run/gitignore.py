"""What git ignores, without calling git: nested .gitignore files, negations, .git/info/exclude."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from sessionlint.model.records import dataclass

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


@dataclass(frozen=True, slots=True)
class _Rules:
    """The patterns of one file; ``base`` is the folder they are relative to."""

    base: Path
    spec: "GitIgnoreSpec"


@dataclass(frozen=True, slots=True)
class Ignores:
    """The ignore rules in force in one folder, the innermost first."""

    rules: tuple[_Rules, ...] = ()

    def entering(self, folder: Path) -> "Ignores":
        """The rules in force inside ``folder``, which lies directly in the one these are for."""
        found = _read(folder / ".gitignore", folder)
        return Ignores((found, *self.rules)) if found else self

    def ignores(self, path: Path, is_folder: bool) -> bool:
        """Whether the last pattern that matches, innermost file first, excludes ``path``."""
        written = path.as_posix() + ("/" if is_folder else "")
        for rules in self.rules:
            verdict = rules.spec.check_file(written[len(rules.base.as_posix()) :].lstrip("/")).include
            if verdict is not None:
                return verdict
        return False


def ignores_above(folder: Path) -> Ignores:
    """The rules in force in ``folder`` from the git root down to and including it; none outside of a git work tree."""
    above = [folder, *folder.parents]
    git = next((parent for parent in above if (parent / ".git").exists()), None)
    if git is None:
        return Ignores().entering(folder)
    exclude = _read(_git_folder(git) / "info" / "exclude", git)
    ignores = Ignores((exclude,) if exclude else ())
    for parent in reversed(above[: above.index(git) + 1]):
        ignores = ignores.entering(parent)
    return ignores


def is_ignored(path: Path, root: Path) -> bool:
    """Whether ``path`` or a folder between it and ``root`` is ignored: git does not look into an ignored folder."""
    ignores = ignores_above(root)
    for part in _steps(path, root):
        if ignores.ignores(part, part.is_dir()):
            return True
        ignores = ignores.entering(part)
    return False


def _steps(path: Path, root: Path) -> Iterator[Path]:
    step = root
    for name in path.relative_to(root).parts:
        step = step / name
        yield step


def _git_folder(root: Path) -> Path:
    """The folder that holds info/exclude: in a linked work tree ``.git`` is a file that points to it."""
    git = root / ".git"
    if git.is_dir():
        return git
    try:
        own = root / git.read_text().removeprefix("gitdir:").strip()
        return own / (own / "commondir").read_text().strip()
    except (OSError, ValueError):
        return git


def _read(file: Path, base: Path) -> _Rules | None:
    try:
        lines = file.read_bytes().decode("utf-8-sig", errors="surrogateescape").splitlines()
    except OSError:
        return None
    if not any(line.strip() and not line.startswith("#") for line in lines):
        return None
    from pathspec import GitIgnoreSpec

    return _Rules(base, GitIgnoreSpec.from_lines(_valid(lines)))


def _valid(lines: list[str]) -> list[str]:
    """Git passes over patterns that it cannot read; pathspec raises."""
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines(lines)
    except ValueError:
        return [line for line in lines if _is_valid(line)]
    return lines


def _is_valid(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True
