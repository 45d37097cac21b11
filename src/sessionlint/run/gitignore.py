"""What git ignores, without calling git: nested .gitignore files, negations, .git/info/exclude."""

import json
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from sessionlint.model.records import dataclass

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

    from sessionlint.run.store import Store

_SAID = (None, False, True)


class Verdicts:
    """What patterns say of paths, remembered in ``store``: to read patterns takes as long as a run of an unchanged project."""

    def __init__(self, store: "Store | None" = None) -> None:
        self._store = store
        self._known: dict[bytes, dict[str, int]] = {}
        self._asked: dict[bytes, dict[str, int]] = {}

    def of(self, rules: "_Rules", path: str) -> bool | None:
        """Whether ``rules`` exclude ``path``, relative to their folder (a folder's ends in a slash); None: they say nothing."""
        if rules.digest not in self._known:
            self._known[rules.digest], self._asked[rules.digest] = self._read(rules.digest), {}
        said = self._known[rules.digest].get(path)
        if said not in (0, 1, 2):
            said = _SAID.index(rules.spec.check_file(path).include)
        self._asked[rules.digest][path] = said
        return _SAID[said]

    def keep(self) -> None:
        """Remember what was asked this time, and nothing else."""
        for digest, asked in self._asked.items():
            if self._store is not None and asked != self._known[digest]:
                self._store.keep_ignored(digest, json.dumps(asked, separators=(",", ":")))

    def _read(self, digest: bytes) -> dict[str, int]:
        text = self._store.ignored(digest) if self._store is not None else None
        try:
            known = json.loads(text or "{}")
        except (ValueError, RecursionError):
            return {}
        return known if isinstance(known, dict) else {}


class _Rules:
    """The patterns of one file; ``base`` is the folder they are relative to."""

    def __init__(self, base: Path, lines: Sequence[str], digest: bytes) -> None:
        self.base = base
        self.digest = digest
        self._lines = lines
        self._spec: GitIgnoreSpec | None = None

    @property
    def spec(self) -> "GitIgnoreSpec":
        if self._spec is None:
            from pathspec import GitIgnoreSpec

            self._spec = GitIgnoreSpec.from_lines(_valid(self._lines))
        return self._spec


@dataclass(frozen=True, slots=True)
class Ignores:
    """The ignore rules in force in one folder, the innermost first."""

    verdicts: Verdicts
    rules: tuple[_Rules, ...] = ()

    def entering(self, folder: Path) -> "Ignores":
        """The rules in force inside ``folder``, which lies directly in the one these are for."""
        found = _read(folder / ".gitignore", folder)
        return Ignores(self.verdicts, (found, *self.rules)) if found else self

    def ignores(self, path: Path, is_folder: bool) -> bool:
        """Whether the last pattern that matches, innermost file first, excludes ``path``."""
        written = path.as_posix() + ("/" if is_folder else "")
        for rules in self.rules:
            verdict = self.verdicts.of(rules, written[len(rules.base.as_posix()) :].lstrip("/"))
            if verdict is not None:
                return verdict
        return False


def ignores_above(folder: Path, verdicts: Verdicts) -> Ignores:
    """The rules in force in ``folder`` from the git root down to and including it; none outside of a git work tree."""
    above = [folder, *folder.parents]
    git = next((parent for parent in above if (parent / ".git").exists()), None)
    if git is None:
        return Ignores(verdicts).entering(folder)
    exclude = _read(_git_folder(git) / "info" / "exclude", git)
    ignores = Ignores(verdicts, (exclude,) if exclude else ())
    for parent in reversed(above[: above.index(git) + 1]):
        ignores = ignores.entering(parent)
    return ignores


def is_ignored(path: Path, root: Path, verdicts: Verdicts) -> bool:
    """Whether ``path`` or a folder between it and ``root`` is ignored: git does not look into an ignored folder."""
    ignores = ignores_above(root, verdicts)
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
        data = file.read_bytes()
    except OSError:
        return None
    lines = data.decode("utf-8-sig", errors="surrogateescape").splitlines()
    if not any(line.strip() and not line.startswith("#") for line in lines):
        return None
    return _Rules(base, lines, blake2b(data, digest_size=16).digest())


def _valid(lines: Sequence[str]) -> Sequence[str]:
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
