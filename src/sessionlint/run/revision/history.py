"""The past of files, as git tells it: for a report, never for what is found."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from sessionlint.model.history import Commit, History
from sessionlint.model.source import Source
from sessionlint.run.discovery.git_folders import own_git_folder
from sessionlint.run.discovery.roots import repository_of
from sessionlint.run.files.inputs import Inputs, Warn
from sessionlint.run.revision.git import Git, GitError
from sessionlint.run.revision.objects import Listing, listed_commit, name_of

_MOST = 20
_FORMAT = "--format=%H%x00%as%x00%an%x00%s"
# what a log could be configured to run or to read, of what has a switch of its own
_PLAIN = ("--no-show-signature", "--no-mailmap", "--no-notes", "--no-ext-diff", "--no-textconv", "--encoding=UTF-8", "-z")


def history_of(root: Path, paths: Sequence[str], sources: Mapping[str, Source], warn: Warn) -> History:
    """The past of ``paths``, relative to ``root``, a real path; one file is followed through renames."""
    top = repository_of(root)
    if top is None:
        return History(missing=f"{root.name} is in no repository of git")
    if own_git_folder(top, Inputs(warn)) is None:
        return History(missing="its `.git` leads to a repository that may be another's")
    try:
        return _history(Git(root), paths, sources)
    except GitError as error:
        return History(missing=str(error))


def _history(git: Git, paths: Sequence[str], sources: Mapping[str, Source]) -> History:
    head = git.text("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    if head is None:
        git.data("rev-parse", "--git-dir")  # git may refuse the repository as a whole, and says why
        return History(missing="the repository has no commit yet")
    commit = next(_log(git, "-1", head))
    follow = ("--follow",) if len(paths) == 1 and paths[0] in sources else ()
    found = list(_log(git, f"-{_MOST + 1}", *follow, head, "--", *paths))
    changed = tuple(_changed(listed_commit(git, head), sources))
    return History(commit, changed, tuple(found[:_MOST]), len(found) > _MOST)


def _log(git: Git, *arguments: str) -> Iterator[Commit]:
    output = git.data("--literal-pathspecs", "log", _FORMAT, *_PLAIN, *arguments)
    fields = output.decode(errors="replace").removesuffix("\0").split("\0")
    for at in range(0, len(fields) - 3, 4):
        yield Commit(*fields[at : at + 4])


def _changed(listing: Listing, sources: Mapping[str, Source]) -> Iterator[str]:
    """The files that the commit has otherwise, or has not; other line ends alone are no change."""
    for path, source in sources.items():
        name = listing.files.get(path)
        if name is None or not _is_same(source, name):
            yield path


def _is_same(source: Source, name: str) -> bool:
    try:
        data = source.encode(source.text)
    except UnicodeEncodeError:
        return False
    return any(name_of(each, name) == name for each in (data, data.replace(b"\r\n", b"\n")))
