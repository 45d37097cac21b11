"""At which commit a folder is: what git says, where the files are those of the commit, and else what the files say."""

import os
from dataclasses import replace
from pathlib import Path

from sessionlint.model.digest import blake2b
from sessionlint.run.discovery.discovery import SUFFIXES
from sessionlint.run.discovery.git_folders import own_git_folder
from sessionlint.run.errors import UsageError
from sessionlint.run.files.bounded import read_regular
from sessionlint.run.files.inputs import Inputs
from sessionlint.run.files.limits import LOCK
from sessionlint.run.planning import Plan, plan
from sessionlint.run.request import Request
from sessionlint.run.revision.git import Git, GitError
from sessionlint.run.revision.objects import Listing, listed_commit, name_of

CODEOWNERS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
_TELLING = (*SUFFIXES, ".toml", ".cfg", ".txt", ".lock", ".gitignore", "Pipfile", "CODEOWNERS")
_DIRTY = 16  # digits


def commit_of(folder: Path, request: Request) -> str:
    """The commit of the project in ``folder``, a real path, for ``request``: what tells it apart. Raises OSError."""
    try:
        planned = plan(replace(request, cache=False), _not_told)
    except UsageError as error:  # no configuration that could be used: what it comes to is always the same
        planned, complaint = None, str(error)
    else:
        complaint = ""
    head = _head(folder)
    if head is not None and planned is not None and _is_clean(folder, planned, head[1]):
        return head[0]
    digest = _digest(folder, planned, complaint)
    return f"{head[0]}+{digest[:_DIRTY]}" if head is not None else f"tree:{digest}"


def _not_told(text: str) -> None:
    """The check itself will tell."""


def _head(folder: Path) -> tuple[str, Listing] | None:
    """What is checked out, and its files; None where there is no git, or none that can be believed."""
    if not (folder / ".git").exists() or own_git_folder(folder, Inputs(_not_told)) is None:
        return None
    try:
        git = Git(folder)
        head = git.text("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        return None if head is None else (head, listed_commit(git, head))
    except GitError:
        return None


def _is_clean(folder: Path, planned: Plan, listing: Listing) -> bool:
    """Whether all that a check reads is what the commit has; no filter of git's is asked, for those are programs."""
    config = [] if planned.root.config is None else [planned.root.relative(planned.root.config)]
    read = {*planned.files, *config}
    told = {path for path in listing.files if path.endswith(_TELLING)}
    return read <= listing.files.keys() and all(_is_same(folder / path, listing.files[path]) for path in sorted(read | told))


def _is_same(file: Path, name: str) -> bool:
    try:
        data = read_regular(file, LOCK, follow=False)
    except OSError:
        return False
    return any(name_of(each, name) == name for each in (data, data.replace(b"\r\n", b"\n")))


def _digest(folder: Path, planned: Plan | None, complaint: str) -> str:
    """What the files say that a check reads, and what it makes of the others."""
    digest = blake2b(digest_size=20)
    if planned is None:
        digest.update(repr((complaint, sorted(os.listdir(folder)))).encode("utf-8", "surrogateescape"))  # noqa: PTH208 - names
        return digest.hexdigest()
    told = (planned.settings, planned.targets, planned.root.package, planned.scope.folders)
    digest.update(repr(told).encode("utf-8", "surrogatepass"))
    baseline = [] if planned.baseline is None else [planned.baseline.name]
    for path in (*planned.files, *baseline, *CODEOWNERS):
        data = _content(folder / path)
        digest.update(f"\0{path}\0{len(data)}\0".encode("utf-8", "surrogateescape") + data)
    return digest.hexdigest()


def _content(file: Path) -> bytes:
    try:
        return read_regular(file, LOCK)
    except OSError as error:
        return str(error.strerror).encode()
