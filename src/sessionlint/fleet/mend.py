"""One repository's fixes become a patch: against the commit that was analysed, and checked before anybody sees it.

Nothing is written where the repository lies: its files are laid out in a folder of ours, the patch is made of what fixes make of
them, git applies it, and what comes of that is analysed anew.
"""

import os
import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sessionlint import __version__
from sessionlint.fleet.asked import Asked
from sessionlint.fleet.checkout import READ, fetch, found
from sessionlint.fleet.commit import commit_of
from sessionlint.fleet.examine import told_findings
from sessionlint.fleet.mend_message import message, subject
from sessionlint.fleet.patch import Changed, patch_of
from sessionlint.fleet.record import Finding, Target, is_commit
from sessionlint.fleet.targets import is_url
from sessionlint.model.records import dataclass
from sessionlint.run import pipeline
from sessionlint.run.errors import UsageError
from sessionlint.run.files.bounded import RefusedError, read_regular
from sessionlint.run.files.limits import LOCK
from sessionlint.run.planning import plan
from sessionlint.run.request import FixLevel, Request
from sessionlint.run.revision.git import Git, GitError

# whatever somebody has set for all of their repositories: bytes go in and out as they are
_AS_IT_IS = ("core.autocrlf=false", "core.attributesFile=", "core.safecrlf=false", "apply.whitespace=nowarn")


class MendError(Exception):
    """There is no patch; the text says why."""


@dataclass(frozen=True, slots=True)
class Mend:
    """What to fix: of rules with these ``codes``, at ``commit``, where all that was found has these ``fingerprints``."""

    commit: str
    level: FixLevel
    codes: tuple[str, ...]
    fingerprints: tuple[str, ...]
    version: str = __version__


def mended(target: Target, mend: Mend, asked: Asked, room: Path, folder: Path) -> Mapping[str, Any]:
    """The patch (its bytes as latin-1), the findings that are ``fixed`` and ``left``, and ``errors`` of fixes that were dropped.

    ``room`` and ``folder``, in it, are empty. Raises MendError, GitError, OSError.
    """
    if mend.version != __version__:
        raise MendError(f"it was analysed by sessionlint {mend.version}, and this is {__version__}: run the fleet again")
    aside, checked = room / "settings", room / "checked"
    aside.mkdir()
    checked.mkdir()
    try:
        request = _laid_out(target, mend, asked, folder, aside)
        os.chdir(folder)  # so that what is said of a file names it from there
        before = _findings(request)
        if sorted(each["fingerprint"] for each in before) != sorted(mend.fingerprints):
            raise MendError("its files are not what was analysed")
        return _fixed(request, mend, before, checked)
    except UsageError as error:
        if isinstance(error, GitError):
            raise
        raise MendError(str(error)) from None


def _fixed(request: Request, mend: Mend, before: Sequence[Finding], checked: Path) -> Mapping[str, Any]:
    folder = Path(request.paths[0])
    run = pipeline.check(replace(request, fix=mend.level, fixable=frozenset(mend.codes)), _not_told)
    changes = [_changed(change.before.path, change.before.encode, change.before.text, change.text) for change in run.changes]
    if not changes:
        raise MendError("; ".join(run.outcome.errors) or "no fix could be made")
    claimed = [each["fingerprint"] for each in told_findings(run)]
    patched = _applied(patch_of(changes, mend.commit, "", ()), changes, checked)
    for path, data in patched.items():
        (folder / path).write_bytes(data)
    left = _findings(request)
    if [each["fingerprint"] for each in left] != claimed:
        raise MendError("what the patch makes of it is not what was meant")
    fixed = _gone(before, left, Counter(run.outcome.repaired))
    if not fixed:
        raise MendError("with the patch, everything is still found")
    text = patch_of(changes, mend.commit, subject(fixed), message(mend.commit, mend.level, fixed, left))
    _applied(text, changes, checked)
    return {"patch": text.decode("latin-1"), "fixed": fixed, "left": left, "errors": run.outcome.errors}


def _changed(path: str, encode: Callable[[str], bytes], before: str, after: str) -> Changed:
    try:
        return Changed(path, encode(before), encode(after))
    except UnicodeEncodeError as error:
        raise MendError(f"{path}: its encoding cannot hold {error.object[error.start]!r}") from None


def _gone(before: Sequence[Finding], after: Sequence[Finding], repaired: Counter[tuple[str, str]]) -> list[Finding]:
    """Those before that are not there any more, of a file and rule of which some were repaired."""
    there = {each["fingerprint"] for each in after}
    return [each for each in before if each["fingerprint"] not in there and repaired[each["filename"], each["code"]]]


def _findings(request: Request) -> list[Finding]:
    return list(told_findings(pipeline.check(request, _not_told)))


def _not_told(text: str) -> None:
    """It was told when the repository was analysed."""


# --- files ------------------------------------------------------------------------------------------------------------


def _laid_out(target: Target, mend: Mend, asked: Asked, folder: Path, aside: Path) -> Request:
    """Put the files that were analysed into ``folder``."""
    source = Path(target.source)
    if is_url(target.source) or target.revision or (is_commit(mend.commit) and (source / ".git").exists()):
        _fetch(target, mend.commit, folder)
        return asked.request(folder, aside)
    if not source.is_dir():
        raise MendError("no such folder")
    root, elsewhere = source.resolve(), aside.with_name("elsewhere")
    elsewhere.mkdir()
    request = asked.request(root, elsewhere)
    if commit_of(root, request) != mend.commit:
        raise MendError("its files have changed since it was analysed: run the fleet again")
    _copy(root, plan(replace(request, cache=False), _not_told).files, folder)
    return asked.request(folder, aside)


def _fetch(target: Target, commit: str, folder: Path) -> None:
    """By the name of the commit; from a server that gives none by its name, as it was asked for, if it is still there."""
    wanted = replace(target, revision=commit)
    try:
        fetch(wanted, found(wanted, folder), folder)
    except GitError:
        remote = found(target, folder)
        if remote.commit != commit:
            raise MendError("the repository has moved on since it was analysed: run the fleet again") from None
        fetch(target, remote, folder)


def _copy(root: Path, files: Sequence[str], folder: Path) -> None:
    """The files that were checked, and what lies beside them and says how."""
    for path in files:
        _copy_one(root / path, folder / path)
    for inside in {Path(path).parent for path in files} | {parent for path in files for parent in Path(path).parents}:
        for file in sorted((root / inside).iterdir()):
            if file.name.endswith(READ) and file.suffix != ".py":
                _copy_one(file, folder / inside / file.name)


def _copy_one(file: Path, copy: Path) -> None:
    if file.is_symlink() or not file.is_file() or copy.exists():
        return
    copy.parent.mkdir(parents=True, exist_ok=True)
    try:
        copy.write_bytes(read_regular(file, LOCK, follow=False))
    except RefusedError:  # too large to be read: the check says so again, and the disk holds nothing for it
        with copy.open("xb") as out:
            out.truncate(LOCK.bytes + 1)


def _applied(patch: bytes, changes: Sequence[Changed], folder: Path) -> Mapping[str, bytes]:
    """What git makes of the files with ``patch``, which has to be what was meant. ``folder`` holds nothing that is needed."""
    shutil.rmtree(folder)
    folder.mkdir()
    git = Git(folder)
    git.data("init", "--quiet", "--template=")
    for change in changes:
        file = folder / change.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(change.before)
    settings = [word for each in _AS_IT_IS for word in ("-c", each)]
    git.data(*settings, "apply", "--check", "-", given=patch)
    git.data(*settings, "apply", "-", given=patch)
    made = {change.path: (folder / change.path).read_bytes() for change in changes}
    if made != {change.path: change.after for change in changes}:
        raise MendError("git makes something else of the patch")
    return made
