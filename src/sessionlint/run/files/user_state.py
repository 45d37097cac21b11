"""Where things lie that have to outlive a run, and that no checkout can bring along."""

import os
import sys
from pathlib import Path

from sessionlint.run.files.journal import Journal


def journal_of(root: Path) -> Journal | None:
    """The journal of the project at ``root``, a real path; None where the user has no folder for it outside of the project."""
    folder = _state_folder()
    if folder is None or folder.is_relative_to(root):
        return None
    return Journal(root, folder)


def _state_folder() -> Path | None:
    """By the conventions of the platform. None where files have no owner (Windows): runs take no turns there."""
    if os.name == "nt" or not hasattr(os, "geteuid"):
        return None
    default = "~/Library/Application Support" if sys.platform == "darwin" else "~/.local/state"
    given = Path(os.environ.get("XDG_STATE_HOME", ""))
    folder = given if given.is_absolute() else Path(os.path.expanduser(default))  # noqa: PTH111  (Path's raises without a home)
    return Path(os.path.realpath(folder), "sessionlint") if folder.is_absolute() else None
