"""What a killed run leaves behind, so that the next one can finish it.

While files are being replaced, a journal in the project's root names them, with the new contents that lie ready beside each.
A run that ends in any orderly way removes it. One that is killed, or loses power, between two renames leaves it, and then
some of its files are new and some old. The next run completes them, but only files that still hold what they held.
"""

import json
import os
import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

from sessionlint.model.records import dataclass

JOURNAL = ".sessionlint-fix.json"
_OURS = re.compile(r"\.sessionlint-[0-9a-f]{8}-\d+\.(?:new|old)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One file (relative to the root), the names beside it of its new and old contents, and the digests of both."""

    path: str
    new: str
    old: str
    after: str
    before: str


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
    import hashlib  # a run that writes nothing does without

    return hashlib.sha256(data).hexdigest()


def begin(root: Path, entries: Sequence[Entry]) -> None:
    """Put the journal on disk. Raises OSError."""
    ready = root / f"{JOURNAL}.tmp"
    try:
        with ready.open("w", encoding="utf-8") as file:
            json.dump([asdict(entry) for entry in entries], file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(ready, root / JOURNAL)  # noqa: PTH105  (one name for every rename, which tests make fail)
    except BaseException:
        ready.unlink(missing_ok=True)
        raise
    sync_folder(root)


def end(root: Path) -> None:
    with suppress(OSError):
        (root / JOURNAL).unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make renames in ``folder`` last; some systems cannot, and lose nothing that was ever promised."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def was_interrupted(root: Path) -> bool:
    """Whether an earlier run ended between its renames (and none is in the middle of them now)."""
    if not (root / JOURNAL).exists():
        return False
    with one_at_a_time(root, wait=False) as alone:
        return alone and (root / JOURNAL).exists()


def finish(root: Path) -> Iterator[str]:
    """Complete what an earlier run left undone, and tell it. To be called while ``one_at_a_time``. Raises OSError."""
    try:
        entries = _read(root)
    except FileNotFoundError:
        return
    except (ValueError, TypeError, KeyError):
        yield f"{JOURNAL}: not understood, and removed"
        end(root)
        return
    states = {entry: _state(root, entry) for entry in entries}
    if len(set(states.values())) > 1:
        yield from _completed(root, states)
    for entry in entries:
        for name in (entry.new, entry.old):
            (_folder(root, entry) / name).unlink(missing_ok=True)
    end(root)


def _completed(root: Path, states: Mapping[Entry, str]) -> Iterator[str]:
    """Some files of a run are new and some are not."""
    for entry, state in states.items():
        ready = _folder(root, entry) / entry.new
        if state == "before" and ready.is_file() and digest(ready.read_bytes()) == entry.after:
            os.replace(ready, (root / entry.path).resolve())  # noqa: PTH105
            sync_folder(ready.parent)
            yield f"{entry.path}: fixed now; an earlier --fix was stopped before it came to it"
        elif state != "after":
            fixed = ", ".join(each.path for each in states if states[each] == "after")
            yield f"{entry.path}: not fixed, it changed after an earlier --fix was stopped, which fixed {fixed or 'nothing'}"


def _state(root: Path, entry: Entry) -> str:
    try:
        now = digest((root / entry.path).read_bytes())
    except OSError:
        return "gone"
    return {entry.before: "before", entry.after: "after"}.get(now, "changed")


def _read(root: Path) -> list[Entry]:
    """Nothing in a journal is believed that could reach beyond the root: a checkout may bring one along."""
    entries = [Entry(**each) for each in json.loads((root / JOURNAL).read_text(encoding="utf-8"))]
    for entry in entries:
        inside = (root / entry.path).resolve().is_relative_to(root.resolve())
        if not inside or not all(_OURS.fullmatch(name) for name in (entry.new, entry.old)):
            raise ValueError(entry.path)
    return entries


def _folder(root: Path, entry: Entry) -> Path:
    return (root / entry.path).resolve().parent
