"""What a killed run leaves behind, so that the next one can finish it.

While files are being replaced, a journal names them, with their new contents that lie ready beside each, and the old ones. It
lies in a folder of the user's own and never in the project: a checkout can bring any file along, and so nothing that it brings
is ever taken for a journal. There is one for each project, by the digest of the root's path. Until it is ``decided``, some of
its files may be new and some old; from then on all that is left to do is to remove what lies beside them.
"""

import errno
import json
import os
import stat
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path

from sessionlint.model.digest import blake2b
from sessionlint.model.records import dataclass
from sessionlint.model.regex import regex
from sessionlint.run.files.inside import entered

_GONE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)  # of a folder: something else is in its place, if anything
_OURS = regex(r"\.sessionlint-[0-9a-f]{32}-[0-9]{1,9}\.(?:new|old)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: ``path`` as it is told, where it really is (below the root, with forward slashes), the names beside it of its
    new and old contents, and the digests of both."""

    path: str
    folder: str
    name: str
    new: str
    old: str
    after: str
    before: str


@dataclass(frozen=True, slots=True)
class Journal:
    """The journal of the project at ``root``, in ``folder``. Both are real paths; the methods raise OSError.

    Only who holds ``one_at_a_time`` may change or believe it.
    """

    root: Path
    folder: Path

    @property
    def name(self) -> str:
        return f"fix-{digest(os.fsencode(self.root))[:32]}"

    @property
    def _states(self) -> tuple[str, str, str]:
        """Being written, under way and decided."""
        return f"{self.name}.part", f"{self.name}.json", f"{self.name}.done"

    def exists(self) -> bool:
        """Whether a run left anything of it, in a folder that is the user's own."""
        return _is_private(self.folder) and any(os.path.lexists(self.folder / name) for name in self._states)

    def begin(self, entries: Sequence[Entry]) -> None:
        """Put the journal on disk."""
        part, under_way, _ = self._states
        _make_private(self.folder)
        with entered(self.folder, "") as folder:
            try:
                folder.create(part, json.dumps([asdict(entry) for entry in entries]).encode("ascii"))
                folder.rename(part, under_way)
            except BaseException:
                folder.remove(part)
                raise
            folder.sync()

    def under_way(self) -> list[Entry]:
        """The files of which some may be new and some old; none when it is decided. Raises ValueError, too."""
        return self._entries(self._states[1])

    def decided(self) -> list[Entry]:
        """The files that need no more than to be tidied around. Raises ValueError, too."""
        return self._entries(self._states[2])

    def decide(self) -> None:
        """All its files are new now, or all are old."""
        _, under_way, done = self._states
        with entered(self.folder, "") as folder:
            if folder.has(under_way):
                folder.rename(under_way, done)

    def end(self) -> None:
        with entered(self.folder, "") as folder:
            for name in self._states:
                folder.remove(name)

    def _entries(self, name: str) -> list[Entry]:
        try:
            with entered(self.folder, "") as folder:
                data = folder.read(name)
        except FileNotFoundError:
            return []
        try:
            entries = [Entry(**each) for each in json.loads(data)]
        except (TypeError, RecursionError) as error:
            raise ValueError(str(error)) from None
        for entry in entries:
            if not _is_sound(entry):
                raise ValueError(entry)
        return entries


def _is_sound(entry: Entry) -> bool:
    values = asdict(entry).values()
    return all(isinstance(value, str) for value in values) and all(_OURS.fullmatch(name) for name in (entry.new, entry.old))


def remove_remains(root: Path, entries: Sequence[Entry]) -> None:
    """Remove what lies beside the files, all that can be. Raises OSError if something could not.

    The old contents go first: where they are there and the new ones are not, a file was replaced.
    """
    failures = [_removal_failure(root, entry, name) for entry in entries for name in (entry.old, entry.new)]
    for failure in failures:
        if failure is not None and failure.errno not in _GONE:
            raise failure


def _removal_failure(root: Path, entry: Entry, name: str) -> OSError | None:
    try:
        with entered(root, entry.folder) as folder:
            folder.remove(name)
    except OSError as error:
        return error
    return None


@contextmanager
def one_at_a_time(root: Path, *, wait: bool = True) -> Generator[bool, None, None]:
    """Keeps other runs from writing below ``root`` for the time of the block.

    Gives False where that cannot be had: on Windows, on file systems without such locks, and, with ``wait`` off, while
    another run has it.
    """
    with ExitStack() as opened:
        yield _locked(root, opened, wait)


def _locked(root: Path, opened: ExitStack, wait: bool) -> bool:
    try:
        import fcntl
    except ImportError:
        return False
    try:
        descriptor = os.open(root, os.O_RDONLY)
        opened.callback(os.close, descriptor)
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        return False
    return True


def digest(data: bytes) -> str:
    return blake2b(data, digest_size=32).hexdigest()


def _make_private(folder: Path) -> None:
    """Make ``folder`` one that only the user can reach into. Raises OSError where that cannot be, or is not so."""
    nearest = next(each for each in folder.parents if each.exists())
    if not os.path.lexists(folder):
        if nearest.stat().st_uid != os.geteuid():
            raise PermissionError(f"{nearest} is not the user's own")
        os.makedirs(folder, 0o700, exist_ok=True)  # noqa: PTH103  (one name for every step, which tests make fail)
    if not _is_private(folder):
        raise PermissionError(f"{folder} is not the user's own")


def _is_private(folder: Path) -> bool:
    try:
        status = os.lstat(folder)
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o077
