"""What git ignores, without calling git: nested .gitignore files, negations, .git/info/exclude; but nothing that it tracks."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from sessionlint.model.digest import blake2b
from sessionlint.model.records import dataclass
from sessionlint.run.discovery.git_folders import common_git_folder, own_git_folder
from sessionlint.run.discovery.ignore_patterns import Patterns, lines_of
from sessionlint.run.files import limits
from sessionlint.run.files.bounded import read_regular
from sessionlint.run.files.inputs import Inputs, Warn, shown

if TYPE_CHECKING:
    from sessionlint.run.cache.store import Store

_SAID = (None, False, True)


class _Says(Protocol):
    def verdict(self, path: str) -> bool | None: ...


class Verdicts:
    """What patterns and indexes say of paths, remembered in ``store``: to compare them takes as long as a run of an unchanged
    project. ``remark`` is told of an index that is left out."""

    def __init__(self, inputs: Inputs, store: "Store | None" = None, remark: Warn | None = None) -> None:
        self.inputs = inputs
        self._remark = remark
        self._store = store
        self._known: dict[bytes, dict[str, int]] = {}
        self._asked: dict[bytes, dict[str, int]] = {}
        self._passing: set[bytes] = set()

    def of(self, rules: "_Rules", path: str) -> bool | None:
        """Whether ``rules`` exclude ``path``, relative to their folder (a folder's ends in a slash); None: they say nothing."""
        if rules.digest not in self._known:
            self._known[rules.digest], self._asked[rules.digest] = self._read(rules.digest), {}
        said = self._known[rules.digest].get(path)
        if said not in (0, 1, 2):
            said = _SAID.index(rules.says.verdict(path))
        self._asked[rules.digest][path] = said
        return _SAID[said]

    def leave_out(self, index: Path, reason: str, digest: bytes = b"") -> None:
        """Nothing of an index counts; what its ``digest`` is asked is not remembered, for the next run to tell, too."""
        self._passing.add(digest)
        if self._remark is not None:
            self._remark(f"{shown(index)}: left out, {reason}")

    def keep(self) -> None:
        """Remember what was asked this time, and nothing else."""
        import json

        for digest, asked in self._asked.items():
            if self._store is not None and asked != self._known[digest] and digest not in self._passing:
                self._store.keep_ignored(digest, json.dumps(asked, separators=(",", ":")))

    def _read(self, digest: bytes) -> dict[str, int]:
        import json

        text = self._store.ignored(digest) if self._store is not None else None
        try:
            known = json.loads(text or "{}")
        except (ValueError, RecursionError):
            return {}
        return known if isinstance(known, dict) else {}


class _Rules:
    """The patterns of one file, or the names in an index; ``base`` is the folder they are relative to."""

    def __init__(self, base: Path, digest: bytes, read: Callable[[], _Says]) -> None:
        self.base = base
        self.digest = digest
        self._read = read

    @cached_property
    def says(self) -> _Says:
        return self._read()

    def relative(self, path: Path, is_folder: bool) -> str:
        return path.as_posix()[len(self.base.as_posix()) :].lstrip("/") + ("/" if is_folder else "")


class _Index:
    """What git tracks in the work tree at ``base``; the index is read when something there is ignored."""

    def __init__(self, base: Path, verdicts: Verdicts) -> None:
        self._base = base
        self._verdicts = verdicts

    def tracks(self, path: Path, is_folder: bool) -> bool:
        """Whether git tracks ``path``, or something in it."""
        rules = self._rules
        return rules is not None and self._verdicts.of(rules, rules.relative(path, is_folder)) is False

    @cached_property
    def _rules(self) -> _Rules | None:
        folder = own_git_folder(self._base, self._verdicts.inputs)
        if folder is None:
            return None
        try:
            data = read_regular(folder / "index", limits.INDEX, follow=False)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            self._verdicts.leave_out(folder / "index", str(getattr(error, "strerror", error)))
            return None
        digest = blake2b(data, digest_size=16, person=b"index").digest()
        return _Rules(self._base, digest, lambda: self._names(folder / "index", data, digest))

    def _names(self, index: Path, data: bytes, digest: bytes) -> _Says:
        from sessionlint.run.discovery.git_index import IndexRefusedError, Tracked

        try:
            return Tracked(data)
        except IndexRefusedError as error:
            self._verdicts.leave_out(index, str(error), digest)
            return Tracked()


@dataclass(frozen=True, slots=True)
class Ignores:
    """The ignore rules in force in one folder, the innermost first, and the index that has the last word.

    ``only_tracked``: an ignored folder, of which git knows some files all the same.
    """

    verdicts: Verdicts
    rules: tuple[_Rules, ...] = ()
    index: _Index | None = None
    only_tracked: bool = False

    def entering(self, folder: Path) -> "Ignores":
        """The rules in force inside ``folder``, with its own: those of another repository begin anew."""
        ignores = self
        if (folder / ".git").exists():
            inputs = self.verdicts.inputs
            exclude = _read(common_git_folder(folder, inputs) / "info" / "exclude", folder, inputs)
            ignores = Ignores(self.verdicts, (exclude,) if exclude else (), _Index(folder, self.verdicts))
        found = _read(folder / ".gitignore", folder, self.verdicts.inputs)
        return replace(ignores, rules=(found, *ignores.rules)) if found else ignores

    def inside(self, folder: Path) -> "Ignores | None":
        """The rules of this folder in force in ``folder``, which lies directly in it; None where nothing in there counts."""
        if not self._excludes(folder, is_folder=True):
            return self
        return replace(self, only_tracked=True) if self._tracks(folder, is_folder=True) else None

    def ignores(self, file: Path) -> bool:
        return self._excludes(file, is_folder=False) and not self._tracks(file, is_folder=False)

    def _excludes(self, path: Path, is_folder: bool) -> bool:
        """Whether the last pattern that matches, innermost file first, excludes ``path``."""
        if self.only_tracked:
            return True
        for rules in self.rules:
            verdict = self.verdicts.of(rules, rules.relative(path, is_folder))
            if verdict is not None:
                return verdict
        return False

    def _tracks(self, path: Path, is_folder: bool) -> bool:
        return self.index is not None and self.index.tracks(path, is_folder)


def ignores_above(folder: Path, verdicts: Verdicts) -> Ignores:
    """The rules in force in ``folder`` from the git root down to and including it; none outside of a git work tree."""
    above = [folder, *folder.parents]
    git = next((parent for parent in above if (parent / ".git").exists()), folder)
    ignores = Ignores(verdicts)
    for parent in reversed(above[: above.index(git) + 1]):
        ignores = ignores.entering(parent)
    return ignores


def ignores_at(path: Path, root: Path, verdicts: Verdicts) -> Ignores | None:
    """The rules in force in ``path`` (where a file's are its folder's), on the way from ``root``; None where that is ignored:
    git does not look into an ignored folder."""
    ignores = ignores_above(root, verdicts)
    for part in _steps(path, root):
        if not part.is_dir():
            return None if ignores.ignores(part) else ignores
        if (inside := ignores.inside(part)) is None:
            return None
        ignores = inside.entering(part)
    return ignores


def _steps(path: Path, root: Path) -> Iterator[Path]:
    step = root
    for name in path.relative_to(root).parts:
        step = step / name
        yield step


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
        return _Rules(base, blake2b(data, digest_size=16).digest(), lambda: Patterns(text))
    return None
