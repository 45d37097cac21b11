"""What every command that looks at a project needs of the place where it runs."""

import os
from pathlib import Path

from sessionlint.commands.console import say


def available_cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def relative(path: Path) -> str:
    """The path as it is typed from the current folder."""
    try:
        return os.path.relpath(path)
    except ValueError:  # another drive
        return str(path)


def warn(text: str) -> None:
    say(f"warning: {text}")
