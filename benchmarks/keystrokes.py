"""What a keystroke costs in a project that stays in memory, as the language server keeps it."""

import gc
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import process_time
from typing import NamedTuple

from ecosystem.report import table as markdown
from sessionlint.run.request import Request
from sessionlint.run.resident import Resident

_TYPED = 5
_FILES = 3


class Typed(NamedTuple):
    """CPU seconds until all findings of the project are known again after a line was typed in the middle of a file."""

    path: str
    lines: int
    seconds: float


def measured(folder: Path) -> tuple[float, list[Typed]]:
    """CPU seconds of the first look, and of keystrokes in the largest of the files that are parsed."""
    resident = Resident(Request(paths=(str(folder),)), lambda text: None)
    begun = process_time()
    resident.load()
    resident.outcome()
    first = process_time() - begun
    gc.collect()
    gc.freeze()
    parsed = (path for path in resident.sources if path in resident.project_of(path).modules)
    largest = sorted(parsed, key=lambda path: len(resident.sources[path].text))[-_FILES:]
    return first, [Typed(path, resident.sources[path].line_count, median(_keystrokes(resident, path))) for path in largest]


def _keystrokes(resident: Resident, path: str) -> Iterator[float]:
    lines = resident.sources[path].text.splitlines(keepends=True)
    middle = len(lines) // 2
    for number in range(_TYPED):
        typed = [*lines[:middle], *(["\n"] * (number + 1)), *lines[middle:]]
        begun = process_time()
        resident.put(path, "".join(typed))
        resident.outcome()
        yield process_time() - begun
    resident.put(path, None)


def table(first: float, typed: list[Typed]) -> str:
    rows = [["the first look at all files", "", f"{first:.2f} s"]]
    rows += [[f"`{each.path}`", f"{each.lines:,}", f"{each.seconds * 1000:.0f} ms"] for each in typed]
    return "\n".join([*markdown(("file", "lines", "CPU"), rows), ""])
