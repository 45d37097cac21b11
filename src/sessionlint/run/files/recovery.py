"""What a killed run left is tidied, and finished where some of its files are new and some old.

It is finished forward, where each file that still holds what it held has its new text ready, and else (the run was stopped
while it put its changes back) backward. Whatever stops this in turn, the next run can do the rest, for the journal goes last.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal, TypeAlias

from sessionlint.run.files.inside import entered
from sessionlint.run.files.journal import Entry, Journal, digest, one_at_a_time, remove_remains

_State: TypeAlias = Literal["before", "after", "replaced and changed", "changed"]
_REPLACED = ("after", "replaced and changed")


def was_interrupted(journal: Journal) -> bool:
    """Whether an earlier run ended between its renames (and none is in the middle of them now).

    What it left otherwise is removed.
    """
    if not journal.exists():
        return False
    with one_at_a_time(journal.root, wait=False) as alone:
        return alone and not is_tidied(journal)


def is_tidied(journal: Journal) -> bool:
    """Remove what an earlier run left, unless it ended between its renames. To be called while ``one_at_a_time``."""
    try:
        if _half_done(_states(journal)):
            return False
    except ValueError:
        return False
    except OSError:
        return True  # then the next run may see more
    with suppress(OSError):
        _tidy(journal)
    return True


def finish(journal: Journal) -> Iterator[str]:
    """Complete what an earlier run left undone, and tell it. To be called while ``one_at_a_time``. Raises OSError."""
    if not journal.exists():
        return
    try:
        states = _states(journal)
        if _half_done(states):
            yield from _completed(journal.root, states)
        _tidy(journal)
    except ValueError:
        yield f"{journal.folder / journal.name}: not understood, and removed"
        journal.end()


def _tidy(journal: Journal) -> None:
    journal.decide()
    remove_remains(journal.root, journal.decided())
    journal.end()


def _states(journal: Journal) -> dict[Entry, _State]:
    return {entry: _state(journal.root, entry) for entry in journal.under_way()}


def _state(root: Path, entry: Entry) -> _State:
    try:
        with entered(root, entry.folder) as folder:
            replaced = folder.has(entry.old) and not folder.has(entry.new)
            now = digest(folder.read(entry.name))
    except OSError:
        return "changed"
    if now in (entry.before, entry.after):
        return "before" if now == entry.before else "after"
    return "replaced and changed" if replaced else "changed"


def _half_done(states: Mapping[Entry, _State]) -> bool:
    """Whether some file was replaced, and some that was to be still waits for it."""
    return any(state in _REPLACED for state in states.values()) and not all(state in _REPLACED for state in states.values())


def _completed(root: Path, states: Mapping[Entry, _State]) -> Iterator[str]:
    waiting = [entry for entry, state in states.items() if state == "before"]
    fixed = [entry for entry, state in states.items() if state in _REPLACED]
    if all(_lies_ready(root, entry, entry.new, entry.after) for entry in waiting):
        for entry in waiting:
            _put(root, entry, entry.new)
            yield f"{entry.path}: fixed now; an earlier --fix was stopped before it came to it"
    elif all(states[entry] == "after" and _lies_ready(root, entry, entry.old, entry.before) for entry in fixed):
        for entry in fixed:
            _put(root, entry, entry.old)
            yield f"{entry.path}: as it was before; an earlier --fix was stopped while it put its changes back"
        return
    else:
        yield from (f"{entry.path}: not fixed, what lay ready for it is gone {_after(fixed)}" for entry in waiting)
    yield from (f"{entry.path}: not fixed, it changed {_after(fixed)}" for entry, state in states.items() if state == "changed")


def _after(fixed: Sequence[Entry]) -> str:
    return f"after an earlier --fix was stopped, which fixed {', '.join(entry.path for entry in fixed)}"


def _lies_ready(root: Path, entry: Entry, name: str, expected: str) -> bool:
    """Whether the text beside the file is there, as it was left."""
    with entered(root, entry.folder) as folder:
        return folder.has(name) and digest(folder.read(name)) == expected


def _put(root: Path, entry: Entry, name: str) -> None:
    with entered(root, entry.folder) as folder:
        folder.rename(name, entry.name)
        folder.sync()
