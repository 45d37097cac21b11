"""A configuration for a project that has none: what is there stays as it is, byte for byte."""

import os
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from sessionlint.run.errors import UsageError
from sessionlint.run.files.inside import Folder, entered, replace_whole
from sessionlint.run.files.report_file import told
from sessionlint.run.settings.config import OWN_FILE
from sessionlint.run.settings.toml import parse_toml

PROJECT_FILE = "pyproject.toml"
TABLE = "[tool.sessionlint]"


class NewConfiguration(NamedTuple):
    """``keys`` (lines of TOML) for the project in ``folder``, a real path: a table of pyproject.toml, or a file of our own."""

    folder: Path
    keys: str

    @property
    def file(self) -> str:
        """The file that the keys go to."""
        return PROJECT_FILE if os.path.lexists(self.folder / PROJECT_FILE) else OWN_FILE

    @property
    def text(self) -> str:
        """What is written there."""
        return f"{TABLE}\n{self.keys}" if self.file == PROJECT_FILE else self.keys

    def write(self) -> None:
        """Write it; no link is followed, and nothing that is there is lost. Raises UsageError."""
        try:
            with entered(self.folder, "") as folder:
                if self.file == PROJECT_FILE:
                    replace_whole(folder, PROJECT_FILE, self._appended(folder.read(PROJECT_FILE)))
                else:
                    _create_whole(folder, OWN_FILE, self.keys.encode())
        except FileExistsError:
            raise UsageError(f"{self.file}: is there already") from None
        except OSError as error:
            raise UsageError(f"{self.file}: {told(error)}") from None

    def _appended(self, before: bytes) -> bytes:
        """The file with our table behind what is there. Raises UsageError where it would not be TOML any more."""
        line_end = b"\r\n" if b"\r\n" in before else b"\n"
        ours = f"\n{self.text}".encode().replace(b"\n", line_end)
        after = before.rstrip(b"\r\n") + line_end + ours if before.strip() else ours.lstrip(b"\r\n")
        try:
            parse_toml(after.decode("utf-8-sig"), PROJECT_FILE)
        except UnicodeDecodeError:
            raise UsageError(f"{PROJECT_FILE}: not UTF-8, so not TOML") from None
        return after


def _create_whole(folder: Folder, name: str, data: bytes) -> None:
    """Make a file, whole or not at all. Raises FileExistsError where there is something of that name."""
    unfinished = f".sessionlint-{os.urandom(16).hex()}.new"
    try:
        folder.create(unfinished, data, mode=0o666)
        _name(folder, unfinished, name)
        folder.sync()
    finally:
        with suppress(OSError):
            folder.remove(unfinished)


def _name(folder: Folder, unfinished: str, name: str) -> None:
    try:
        folder.link(unfinished, name)
    except FileExistsError:
        raise
    except OSError:  # no hard links here
        if folder.has(name):
            raise FileExistsError(name) from None
        folder.rename(unfinished, name)
