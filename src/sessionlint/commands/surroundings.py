"""What every command that looks at a project needs of the place where it runs."""

import os
from pathlib import Path

from sessionlint.commands.console import say


def relative(path: Path) -> str:
    """The path as it is typed from the current folder."""
    try:
        return os.path.relpath(path)
    except ValueError:  # another drive
        return str(path)


def warn(text: str) -> None:
    say(f"warning: {text}")
