"""The files of a repository elsewhere, at one commit, in a folder of ours.

git fetches, and nothing else: no template, no hook, no submodule, no large file, no history. The files are not checked out,
for then git would run what the user's configuration and the repository's attributes name as filters: they are read from git's
objects and written by ourselves, as far as a check reads files of their kind. Links are left out.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from sessionlint.fleet.record import Target
from sessionlint.fleet.targets import is_url, without_credentials
from sessionlint.model.records import dataclass
from sessionlint.run.discovery.discovery import SUFFIXES
from sessionlint.run.files.limits import SOURCE
from sessionlint.run.revision.git import Git, GitError
from sessionlint.run.revision.objects import contents, listed_index

READ = (*SUFFIXES, ".toml", ".cfg", ".txt", ".in", ".lock", ".jsonl", ".gitignore", "Pipfile", "CODEOWNERS")
_AT = "refs/sessionlint/at"
_BATCH = 50  # of the largest files that are read there is room for as many at once
_NAMES = {40, 64}  # digits of a commit's name


@dataclass(frozen=True, slots=True)
class Remote:
    """A commit of a repository elsewhere, and by which ``ref`` to fetch it."""

    commit: str
    ref: str


def found(target: Target, folder: Path) -> Remote:
    """What ``target`` means now; ``folder`` is an empty one, in which a repository is made. Raises GitError."""
    git = Git.fetching(folder)
    git.data("init", "--quiet", "--template=")
    revision = target.revision or "HEAD"
    if len(revision) in _NAMES and set(revision) <= set("0123456789abcdef"):
        return Remote(revision, revision)
    refs = [revision] if revision == "HEAD" else [f"refs/tags/{revision}", f"refs/heads/{revision}", revision]
    told = _asked(git, target, "ls-remote", "--quiet", "--", _address(target), *refs, *(f"{ref}^{{}}" for ref in refs))
    lines = (line.partition("\t") for line in told.decode(errors="replace").splitlines())
    commits = {ref: commit for commit, _, ref in lines}
    for ref in refs:
        if ref in commits:
            return Remote(commits.get(f"{ref}^{{}}", commits[ref]), ref)
    raise GitError(f"git: no revision {revision} there")


def fetch(target: Target, remote: Remote, folder: Path) -> None:
    """Put the files into ``folder``, of which ``found`` has made a repository. Raises GitError, OSError."""
    git = Git.fetching(folder)
    options = ("--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--no-auto-maintenance", "--update-shallow")
    _asked(git, target, "fetch", *options, "--", _address(target), f"+{remote.ref}:{_AT}")
    commit = git.text("rev-parse", "--verify", "--quiet", f"{_AT}^{{commit}}")
    if commit != remote.commit:
        raise GitError("git: the repository has moved on meanwhile")
    git.data("update-ref", "--no-deref", "HEAD", commit)
    git.data("read-tree", commit)  # refuses names that lead out of the folder, or into .git
    _write(git, folder)


def _asked(git: Git, target: Target, *arguments: str) -> bytes:
    try:
        return git.data(*arguments)
    except GitError as error:  # it may name the URL, and the URL a password
        raise GitError(str(error).replace(target.source, without_credentials(target.source))) from None


def _address(target: Target) -> str:
    return target.source if is_url(target.source) else str(Path(target.source).resolve())


def _write(git: Git, folder: Path) -> None:
    files = {path: name for path, name in listed_index(git).files.items() if path.endswith(READ)}
    for batch in _batches(sorted(files)):
        held = contents(git, {files[path] for path in batch})
        for path in batch:
            _put(folder, PurePosixPath(path), held[files[path]])


def _put(folder: Path, path: PurePosixPath, data: bytes | OSError) -> None:
    if path.is_absolute() or {"..", ".git"} & {part.lower() for part in path.parts}:
        return
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("xb") as out:
        if isinstance(data, OSError):
            out.truncate(SOURCE.bytes + 1)  # too large to be read: the check will say so, and the disk holds nothing for it
        else:
            out.write(data)


def _batches(paths: Sequence[str]) -> Iterator[Sequence[str]]:
    return (paths[at : at + _BATCH] for at in range(0, len(paths), _BATCH))
