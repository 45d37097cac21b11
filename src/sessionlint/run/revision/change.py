"""The change that somebody asks about: what the project was before it, and, where it is staged, what it is to be."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from sessionlint.model.records import dataclass
from sessionlint.run.discovery.discovery import SUFFIXES
from sessionlint.run.discovery.git_folders import own_git_folder
from sessionlint.run.errors import UsageError
from sessionlint.run.files.bounded import RefusedError
from sessionlint.run.files.inputs import Inputs, Warn
from sessionlint.run.revision.git import Git
from sessionlint.run.revision.objects import Listing, contents, listed_commit, listed_index, name_of

Belongs = Callable[[str], bool]
"""Whether a file, by its path, is one to look at, if it is there."""


@dataclass(frozen=True, slots=True)
class Texts:
    """Files by path, and why others are not read."""

    read: Mapping[str, bytes]
    refused: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """From ``commits`` (several in a merge; none: from nothing) to what is on disk, or, with ``index``, to what that holds."""

    git: Git
    commits: Sequence[str]
    index: Listing | None = None

    def after(self, on_disk: Texts, belongs: Belongs) -> Texts:
        """The files behind the change."""
        return on_disk if self.index is None else _texts(self.git, self.index, on_disk, belongs, or_its_lines=True)

    def before(self, after: Texts, belongs: Belongs) -> Iterator[Texts]:
        """The files before the change, of each side of a merge; most are those ``after`` it."""
        for commit in self.commits:
            yield _texts(self.git, listed_commit(self.git, commit), after, belongs)


def change_since(root: Path, revision: str, warn: Warn) -> Change:
    """From where the current branch left ``revision`` (or from that itself) to what is on disk. Raises UsageError."""
    git = _git(root, "--since", warn)
    commit = None if revision.startswith("-") else _commit(git, revision)
    if commit is None:
        git.data("rev-parse", "--git-dir")  # git may refuse the repository as a whole, and says why
        hint = "; a shallow clone has to fetch it first" if git.text("rev-parse", "--is-shallow-repository") == "true" else ""
        raise UsageError(f'--since: git knows no revision "{revision}"{hint}')
    common = git.text("merge-base", commit, "HEAD")
    if common is None:
        warn(f"--since: where this branch left {revision} is not known (a shallow clone?); it is compared with {revision} itself")
    return Change(git, [common or commit])


def staged_change(root: Path, warn: Warn) -> Change | None:
    """From the latest commit to the index. None in a hook that is run where nothing is staged. Raises UsageError."""
    git = _git(root, "--staged", warn)
    if revision := os.environ.get("PRE_COMMIT_FROM_REF"):  # pre-commit run --from-ref: the work tree is that of --to-ref
        return change_since(root, revision, warn)
    commits = [commit for name in ("HEAD", "MERGE_HEAD") if (commit := _commit(git, name)) is not None]
    index = listed_index(git)
    if commits and listed_commit(git, commits[0]) == index:
        if os.environ.get("PRE_COMMIT"):  # pre-commit run --all-files
            warn("--staged: nothing is staged; all that is found in the given files is reported")
            return None
        warn("--staged: nothing is staged")
    return Change(git, commits, index)


def _git(root: Path, option: str, warn: Warn) -> Git:
    top = next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), None)
    if top is None:
        raise UsageError(f"{option}: {root} is in no repository of git")
    if own_git_folder(top, Inputs(warn)) is None:
        raise UsageError(f"{option}: {top / '.git'} leads to a repository that may be another's")
    return Git(root)


def _commit(git: Git, revision: str) -> str | None:
    return git.text("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")


def _texts(git: Git, listing: Listing, known: Texts, belongs: Belongs, *, or_its_lines: bool = False) -> Texts:
    """The files of ``listing``. Of those that are the same in ``known`` git is not asked, nor of what it does not read;
    ``or_its_lines``: what has other line ends is the same."""
    wanted = {path: name for path, name in listing.files.items() if path.endswith(SUFFIXES) and belongs(path)}
    same = {path for path, name in wanted.items() if path in known.read and name_of(known.read[path], name) == name}
    same |= {path for path in known.read if listing.has_beside(path)}
    missing = {path: name for path, name in wanted.items() if path not in same}
    held = contents(git, list(dict.fromkeys(missing.values())))
    read, refused = {path: known.read[path] for path in same}, dict[str, str]()
    for path, name in missing.items():
        data = held[name]
        if isinstance(data, RefusedError):
            refused[path] = data.reason
        elif or_its_lines and known.read.get(path, b"").replace(b"\r\n", b"\n") == data:
            read[path] = known.read[path]
        else:
            read[path] = data
    return Texts(dict(sorted(read.items())), refused)
