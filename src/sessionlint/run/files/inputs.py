"""Files that a run can do without: of one that cannot be used it tells, and goes on."""

from collections.abc import Callable
from pathlib import Path

from sessionlint.run.files.bounded import RefusedError, read_regular
from sessionlint.run.files.limits import Limit

Warn = Callable[[str], None]


class Inputs:
    """``warn`` is told once of each file that is there and is not read, and why."""

    def __init__(self, warn: Warn) -> None:
        self._warn = warn
        self._told: set[Path] = set()

    def read(self, path: Path, limit: Limit) -> bytes | None:
        """What is in the file; None when there is none, or none that can be read."""
        try:
            return read_regular(path, limit)
        except RefusedError as error:
            self.leave_out(path, error.reason)
        except (OSError, ValueError):
            pass
        return None

    def leave_out(self, path: Path, reason: str) -> None:
        """Tell that nothing of a file counts, and why."""
        if path not in self._told:
            self._told.add(path)
            self._warn(f"{shown(path)}: left out, {reason}")


def shown(path: Path) -> str:
    """Relative to the current folder where that is shorter to read."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
