"""What git ignores, without calling git: nested .gitignore files, negations, .git/info/exclude."""

import json
import os
from collections.abc import Iterator
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from sessionlint.model.records import dataclass
from sessionlint.run.discovery.ignore_patterns import Patterns, lines_of
from sessionlint.run.files import limits
from sessionlint.run.files.inputs import Inputs

if TYPE_CHECKING:
    from sessionlint.run.cache.store import Store

_SAID = (None, False, True)


class Verdicts:
    """What patterns say of paths, remembered in ``store``: to compare them takes as long as a run of an unchanged project."""

    def __init__(self, inputs: Inputs, store: "Store | None" = None) -> None:
        self.inputs = inputs
        self._store = store
        self._known: dict[bytes, dict[str, int]] = {}
        self._asked: dict[bytes, dict[str, int]] = {}

    def of(self, rules: "_Rules", path: str) -> bool | None:
        """Whether ``rules`` exclude ``path``, relative to their folder (a folder's ends in a slash); None: they say nothing."""
        if rules.digest not in self._known:
            self._known[rules.digest], self._asked[rules.digest] = self._read(rules.digest), {}
        said = self._known[rules.digest].get(path)
        if said not in (0, 1, 2):
            said = _SAID.index(rules.patterns.verdict(path))
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

    def __init__(self, base: Path, text: str, digest: bytes) -> None:
        self.base = base
        self.digest = digest
        self._text = text

    @cached_property
    def patterns(self) -> Patterns:
        return Patterns(self._text)


@dataclass(frozen=True, slots=True)
class Ignores:
    """The ignore rules in force in one folder, the innermost first."""

    verdicts: Verdicts
    rules: tuple[_Rules, ...] = ()

    def entering(self, folder: Path) -> "Ignores":
        """The rules in force inside ``folder``, which lies directly in the one these are for."""
        found = _read(folder / ".gitignore", folder, self.verdicts.inputs)
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
    exclude = _read(_git_folder(git, verdicts.inputs) / "info" / "exclude", git, verdicts.inputs)
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


def _git_folder(root: Path, inputs: Inputs) -> Path:
    """The folder that holds info/exclude: in a linked work tree ``.git`` is a file that points to it."""
    git = root / ".git"
    if git.is_dir():
        return git
    pointer = inputs.read(git, limits.GIT_POINTER)
    own = root / os.fsdecode(pointer).removeprefix("gitdir:").strip() if pointer is not None else git
    common = inputs.read(own / "commondir", limits.GIT_POINTER)
    return own / os.fsdecode(common).strip() if common is not None else git


def _read(file: Path, base: Path, inputs: Inputs) -> _Rules | None:
    data = inputs.read(file, limits.IGNORE)
    if data is None:
        return None
    text = data.decode("utf-8-sig", errors="surrogateescape")
    lines = lines_of(text)
    if len(lines) > limits.IGNORE_PATTERNS:
        inputs.leave_out(file, f"more than {limits.IGNORE_PATTERNS:,} patterns")
    elif any(len(line) > limits.PATTERN for line in lines):
        inputs.leave_out(file, f"a pattern of more than {limits.PATTERN:,} characters")
    elif lines:
        return _Rules(base, text, blake2b(data, digest_size=16).digest())
    return None
