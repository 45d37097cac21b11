"""Where the baseline lies; how it is read and replaced."""

import errno
import os
from collections.abc import Iterable
from pathlib import Path

from sessionlint.model.records import dataclass
from sessionlint.run.errors import UsageError
from sessionlint.run.files.bounded import RefusedError, read_regular
from sessionlint.run.files.inside import Folder, entered
from sessionlint.run.files.limits import BASELINE
from sessionlint.sift.baseline_text import NoBaselineError, dumped, is_baseline, loaded
from sessionlint.sift.identity import Identity


@dataclass(frozen=True, slots=True)
class BaselineFile:
    """The file ``name`` below ``folder``, a real path out of which nothing is written; ``project`` is the project's folder."""

    project: Path
    folder: Path
    name: str
    shown: str

    def exists(self) -> bool:
        return os.path.lexists(self.folder / self.name)

    def read(self) -> list[Identity] | None:
        """The entries; None where there is no such file. Raises UsageError."""
        try:
            return loaded(read_regular(self.folder / self.name, BASELINE))
        except FileNotFoundError:
            return None
        except RefusedError as error:
            raise UsageError(f"{self.shown}: {error.reason}") from None
        except NoBaselineError as error:
            raise UsageError(f"{self.shown}: {error}") from None
        except OSError as error:
            raise UsageError(f"{self.shown}: {error.strerror}") from None

    def create(self, entries: Iterable[Identity]) -> None:
        """Make the file. Raises UsageError where there is something of that name."""
        if self.exists():
            raise UsageError(f"{self.shown}: is there already; `sessionlint baseline update` brings it up to date")
        self._replace(dumped(entries).encode())

    def replace(self, entries: Iterable[Identity]) -> bool:
        """Put other entries into the file, which has to be a baseline; whether that changed it. Raises UsageError."""
        return self._replace(dumped(entries).encode())

    def add(self, entries: Iterable[Identity]) -> bool:
        """Put ``entries`` to those that are there, if there is a file already; whether that changed it. Raises UsageError."""
        known = self.read() or []
        return self._replace(dumped([*known, *(entry for entry in entries if entry not in known)]).encode())

    def _replace(self, data: bytes) -> bool:
        place, _, target = self.name.rpartition("/")
        try:
            with entered(self.folder, place) as folder:
                before = folder.read(target) if folder.has(target) else None
                if before is not None and not is_baseline(before):
                    raise UsageError(f"{self.shown}: not a baseline of sessionlint, so it is left alone")
                if before != data:
                    _write(folder, target, data)
                return before != data
        except OSError as error:
            told = "a link, which is not written through" if error.errno == errno.ELOOP else error.strerror
            raise UsageError(f"{self.shown}: {told}") from None


def _write(folder: Folder, target: str, data: bytes) -> None:
    """Whole or not at all, with the mode of the file before."""
    new = f".sessionlint-{os.urandom(16).hex()}.new"
    try:
        folder.create(new, data, folder.status(target) if folder.has(target) else None, mode=0o666)
        folder.rename(new, target)
        folder.sync()
    finally:
        folder.remove(new)
