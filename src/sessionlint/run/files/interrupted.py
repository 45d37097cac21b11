"""What an earlier ``--fix`` was killed in the middle of."""

from collections.abc import Callable
from pathlib import Path

from sessionlint.run.errors import UsageError
from sessionlint.run.files.user_state import journal_of

_UNFINISHED = "an earlier --fix was stopped while it replaced files; the next --fix finishes that"


def finish_interrupted(root: Path, warn: Callable[[str], None], *, writing: bool) -> None:
    """Complete what an earlier run was killed in the middle of; a run that writes nothing only tells.

    Either removes what lies beside files that are all as they should be. Raises UsageError.
    """
    journal = journal_of(root)
    if journal is None or not journal.exists():
        return
    from sessionlint.run.files import recovery
    from sessionlint.run.files.journal import one_at_a_time

    if not writing:
        if recovery.was_interrupted(journal):
            warn(_UNFINISHED)
        return
    with one_at_a_time(root) as alone:
        try:
            for line in recovery.finish(journal) if alone else ():
                warn(line)
        except OSError as error:
            raise UsageError(f"{_UNFINISHED}; this one could not: {error}") from None
