"""What an earlier ``--fix`` was killed in the middle of."""

from collections.abc import Callable
from pathlib import Path

from sessionlint.edits import journal
from sessionlint.run.errors import UsageError

_UNFINISHED = "an earlier --fix was stopped while it replaced files; the next --fix finishes that"


def finish_interrupted(root: Path, warn: Callable[[str], None], *, writing: bool) -> None:
    """Complete what an earlier run was killed in the middle of; a run that writes nothing only tells. Raises UsageError."""
    if not writing:
        if journal.was_interrupted(root):
            warn(_UNFINISHED)
        return
    if (root / journal.JOURNAL).exists():
        with journal.one_at_a_time(root) as alone:
            try:
                for line in journal.finish(root) if alone else ():
                    warn(line)
            except OSError as error:
                raise UsageError(f"{_UNFINISHED}; this one could not: {error}") from None
