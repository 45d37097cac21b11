"""What a killed run left is tidied, and finished where some of its files are new and some old.

It is finished forward: a file that still holds what it held gets the new text that lies ready. Whatever stops this in turn,
the next run can do the rest, for the journal goes last.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Literal, TypeAlias

from sessionlint.edits.inside import entered
from sessionlint.edits.journal import Entry, Journal, digest, one_at_a_time, remove_remains

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
    fixed = ", ".join(entry.path for entry, state in states.items() if state in _REPLACED)
    for entry, state in states.items():
        if state == "before" and _is_completed(root, entry):
            yield f"{entry.path}: fixed now; an earlier --fix was stopped before it came to it"
        elif state not in _REPLACED:
            reason = "it changed" if state == "changed" else "its new text was removed"
            yield f"{entry.path}: not fixed, {reason} after an earlier --fix was stopped, which fixed {fixed}"


def _is_completed(root: Path, entry: Entry) -> bool:
    """Put the new text in place, if it lies ready as it was left."""
    with entered(root, entry.folder) as folder:
        if not folder.has(entry.new) or digest(folder.read(entry.new)) != entry.after:
            return False
        folder.rename(entry.new, entry.name)
        folder.sync()
    return True
