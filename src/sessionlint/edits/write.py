"""Files on disk: replaced whole, all or none, and only while they are still what was analysed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sessionlint.model.source import Source


class NotWritten(Exception):
    """Nothing was changed on disk; ``path`` (relative to the project root) could not be written because of ``reason``."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Change:
    """``before`` is the file as it was analysed, ``text`` what it shall hold; encoding and byte order mark stay."""

    before: Source
    text: str


def write_files(root: Path, changes: Sequence[Change]) -> None:
    """Write every change to its file under ``root``, or none.

    Mode, encoding, byte order mark and newlines stay as they are; a symlink stays one and its target is written.
    Raises NotWritten when a file is no longer what was analysed, cannot be written, or cannot hold the new text; what
    was already replaced is then put back. Temporary files are removed in any case, also on KeyboardInterrupt.
    """
    raise NotImplementedError
