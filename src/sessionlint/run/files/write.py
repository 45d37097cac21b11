"""Files on disk: replaced whole, all or none, and only while they are still what was analysed.

What is guaranteed, where renames are atomic:

- A file is whole at every moment, old or new, whatever happens to the run, the disk or the machine.
- Changes that are written together are made in all their files or in none. When one fails, or the run is interrupted, the
  files before it are put back; when the run is killed, ``journal`` has the next one finish them.
- Two runs on one root do not mix: they take turns, and the second finds the files changed, or already as it wants them.
- Nothing is written but files that are really in the project, at the end of links, too.

What is not: another program can see some files new and others old for the moment between the first rename and the last;
what an editor saves in the moment between the last look at a file and its rename is lost; a hard link parts from its
twin; access lists and other attributes than mode and owner are not copied; on Windows and on file systems without locks runs
do not take turns, and there, as where the user has no folder for the journal, what a killed one leaves is not finished.
"""

import errno
import os
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import field
from functools import partial
from pathlib import Path
from typing import TypeAlias, TypeVar

from sessionlint.model.records import dataclass
from sessionlint.model.source import Source
from sessionlint.run.files.inside import entered
from sessionlint.run.files.interrupts import held_back
from sessionlint.run.files.journal import Entry, Journal, digest, one_at_a_time, remove_remains
from sessionlint.run.files.recovery import is_tidied

_Result = TypeVar("_Result")
_Checkpoint: TypeAlias = Callable[[], None]


class NotWritten(Exception):  # noqa: N818  (it says what happened)
    """Some files (``reasons`` by path, relative to the project root) could not be written, so none was.

    ``hopeless``: nor could any other, for the disk is full. ``stuck``: paths that are new all the same, because they
    could not be put back.
    """

    def __init__(self, reasons: Mapping[str, str], *, hopeless: bool = False, stuck: Sequence[str] = ()) -> None:
        super().__init__("; ".join(f"{path}: {reason}" for path, reason in reasons.items()))
        self.reasons = reasons
        self.hopeless = hopeless
        self.stuck = stuck


@dataclass(frozen=True, slots=True)
class Change:
    """``before`` is the file as it was analysed, ``text`` what it shall hold; encoding and byte order mark stay."""

    before: Source
    text: str


@dataclass(slots=True)
class Writer:
    """Writes files below ``root``, a real path, that belong to the project (``belongs``, of a path relative to the root).

    ``written`` are the paths of all that were replaced, whatever became of the run.
    """

    root: Path
    belongs: Callable[[str], bool]
    journal: Journal | None = None
    written: list[str] = field(default_factory=list)

    def write(self, changes: Sequence[Change]) -> None:
        """Write every change to its file, or none.

        Mode, owner, encoding, byte order mark and newlines stay as they are; a symlink stays one and its target is written.
        A file that already holds the new text is content. Raises NotWritten when a file is no longer what was analysed, is
        not really in the project, cannot be written, or cannot hold the new text. Nothing is left beside the files, also on
        KeyboardInterrupt, which is raised when all is put back, or written.
        """
        with one_at_a_time(self.root) as alone, held_back() as checkpoint:
            token = os.urandom(16).hex()  # nobody else can have a file of that name ready
            names = (f".sessionlint-{token}-{number}" for number in range(len(changes)))
            looked = _each(
                (change.before.path, partial(self._look, change, name)) for change, name in zip(changes, names, strict=True)
            )
            ready = [replacement for replacement in looked if replacement is not None]
            if ready:
                self._exchange(ready, self._begun(ready) if alone else None, checkpoint)

    def _look(self, change: Change, name: str) -> "_Replacement | None":
        """What is to be done for a file; None when it already holds the new text."""
        path, before = change.before.path, change.before
        try:
            new, original = before.encode(change.text), before.encode(before.text)
        except UnicodeEncodeError as error:
            raise NotWritten({path: f"its encoding, {before.encoding}, cannot hold {error.object[error.start]!r}"}) from None
        folder, _, target = self._real(path).rpartition("/")
        replacement = _Replacement(self.root, path, folder, target, name, new, original)
        return replacement if replacement.is_needed() else None

    def _real(self, path: str) -> str:
        """Where the file really is, relative to the root. Raises NotWritten where it is not the project's."""
        try:
            target = (self.root / path).resolve(strict=True)
        except RuntimeError:  # what Python before 3.13 says of a link to itself
            raise NotWritten({path: _CHANGED}) from None
        real = target.relative_to(self.root).as_posix() if target.is_relative_to(self.root) else None
        if real is None or not self.belongs(real) or ".git" in real.lower().split("/"):
            raise NotWritten({path: "a symlink that leads out of the project"})
        return real

    def _begun(self, ready: Sequence["_Replacement"]) -> Journal | None:
        """The journal, on disk; None where there cannot be one, or an earlier one has still something to say."""
        if self.journal is None:
            return None
        if self.journal.exists() and not is_tidied(self.journal):
            raise NotWritten({each.path: "another --fix was stopped in the meantime" for each in ready}, hopeless=True)
        with suppress(OSError):
            if not self.journal.exists():
                self.journal.begin([replacement.entry for replacement in ready])
                return self.journal
        return None

    def _exchange(self, ready: Sequence["_Replacement"], journal: Journal | None, checkpoint: _Checkpoint) -> None:
        """Lay everything ready, then rename file by file."""
        begun: list[_Replacement] = []
        try:
            _each((replacement.path, partial(replacement.lay_ready, checkpoint)) for replacement in ready)
            for replacement in ready:
                checkpoint()
                _each([(replacement.path, partial(replacement.replace, begun))])
            self._sync(ready)
        except BaseException as failure:
            self._put_back(begun, ready, failure, journal)
            _tidy(self.root, ready, journal)
            raise
        self.written += [replacement.path for replacement in ready]
        _tidy(self.root, ready, journal)

    def _sync(self, ready: Sequence["_Replacement"]) -> None:
        """Make the renames last."""
        for each in dict.fromkeys(replacement.folder for replacement in ready):
            with suppress(OSError), entered(self.root, each) as folder:
                folder.sync()

    def _put_back(
        self, begun: Sequence["_Replacement"], ready: Sequence["_Replacement"], failure: BaseException, journal: Journal | None
    ) -> None:
        """Raises ``failure``, with more to it, when some file could not be put back; then what lies beside it stays there."""
        stuck = {each.path: each.old for each in begun if not each.is_put_back()}
        if not stuck:
            return
        self.written += stuck
        if not journal:  # nobody will finish it
            _tidy(self.root, [each for each in ready if each.path not in stuck], None)
        if isinstance(failure, NotWritten):
            told = {path: f"was changed, and could not be put back; {_help(old, journal)}" for path, old in stuck.items()}
            raise NotWritten({**failure.reasons, **told}, hopeless=True, stuck=[*stuck]) from failure
        raise failure


@dataclass(frozen=True, slots=True)
class _Replacement:
    """A real file, ``target`` in ``folder``; what it shall hold, and what it held, to put back, lie beside it."""

    root: Path
    path: str
    folder: str
    target: str
    beside: str
    data: bytes
    original: bytes

    @property
    def new(self) -> str:
        return f"{self.beside}.new"

    @property
    def old(self) -> str:
        return f"{self.beside}.old"

    @property
    def entry(self) -> Entry:
        return Entry(self.path, self.folder, self.target, self.new, self.old, digest(self.data), digest(self.original))

    def is_needed(self) -> bool:
        """Whether the file is as it was analysed and not yet as it shall be. Raises NotWritten when it cannot be replaced."""
        with entered(self.root, self.folder) as folder:
            content = folder.read(self.target)
            if content == self.data:
                return False
            if content != self.original:
                raise NotWritten({self.path: _CHANGED})
            if not folder.may_write(self.target):
                raise NotWritten({self.path: "read-only"})
        return True

    def lay_ready(self, checkpoint: _Checkpoint) -> None:
        """The new content and the old one as files of their own, complete on disk."""
        checkpoint()
        with entered(self.root, self.folder) as folder:
            status = folder.status(self.target)
            folder.create(self.new, self.data, status)
            try:
                folder.link(self.target, self.old)  # needs no room on the disk
            except OSError:
                folder.create(self.old, self.original, status)

    def replace(self, begun: "list[_Replacement]") -> None:
        with entered(self.root, self.folder) as folder:
            if folder.read(self.target) != self.original:
                raise NotWritten({self.path: _CHANGED})
            begun.append(self)
            folder.rename(self.new, self.target)

    def is_put_back(self) -> bool:
        """Whether the file is what it was."""
        try:
            with entered(self.root, self.folder) as folder:
                if not folder.has(self.new):  # else it was never replaced
                    folder.rename(self.old, self.target)
                    folder.sync()
        except OSError:
            return False
        return True


def _help(old: str, journal: Journal | None) -> str:
    return "the next --fix finishes the rest" if journal else f"what it held is in {old}"


def _tidy(root: Path, ready: Sequence[_Replacement], journal: Journal | None) -> None:
    """What cannot be removed is left for the next run."""
    with suppress(OSError):
        if journal:
            journal.decide()
        remove_remains(root, [replacement.entry for replacement in ready])
        if journal:
            journal.end()


def _each(work: Iterable[tuple[str, Callable[[], _Result]]]) -> list[_Result]:
    """Do it for every path, and collect why it failed for some. Raises NotWritten."""
    results: list[_Result] = []
    reasons: dict[str, str] = {}
    for path, step in work:
        with _collected(path, reasons):
            results.append(step())
    if reasons:
        raise NotWritten(reasons)
    return results


@contextmanager
def _collected(path: str, reasons: dict[str, str]) -> Generator[None, None, None]:
    """Puts why it failed into ``reasons``, in words; a full disk ends everything."""
    try:
        yield
    except NotWritten as error:
        reasons.update(error.reasons)
    except OSError as error:
        reasons[path] = _IN_WORDS.get(error.errno or 0) or error.strerror or str(error)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NotWritten(reasons, hopeless=True) from error


_CHANGED = "changed since it was read"
_IN_WORDS = {
    errno.ENOENT: "it is gone",
    errno.EACCES: "no permission to replace it",
    errno.EPERM: "no permission to replace it",
    errno.EROFS: "read-only",
    errno.ENOSPC: "disk full",
    errno.EDQUOT: "disk quota exceeded",
    **dict.fromkeys((errno.ELOOP, errno.ENOTDIR), _CHANGED),  # something else is in its place
}
