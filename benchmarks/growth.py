"""How the time of a check grows with the size of a hostile input."""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from benchmarks.hostile import Hostile
from benchmarks.measure import Contender, once
from ecosystem.report import table as markdown

_DOUBLINGS = 3
# below this many seconds more than for an empty project, a quotient says more of the machine than of the input
_MEASURABLE = 0.05


class Growth(NamedTuple):
    """CPU seconds for each size; ``idle`` are those of a project without the input."""

    name: str
    size: int
    seconds: tuple[float, ...]
    idle: float

    @property
    def per_doubling(self) -> float | None:
        """By how much the last doubling multiplied the time; None where there is too little to tell."""
        before, after = (seconds - self.idle for seconds in self.seconds[-2:])
        return after / before if before > _MEASURABLE else None


def measured(name: str, hostile: Hostile, environment: Mapping[str, str]) -> Growth:
    seconds = tuple(_seconds(hostile.files(hostile.size * 2**step), environment) for step in range(_DOUBLINGS + 1))
    return Growth(name, hostile.size, seconds, _seconds({"app.py": ""}, environment))


def _seconds(files: Mapping[str, str], environment: Mapping[str, str]) -> float:
    with TemporaryDirectory() as folder:
        for name, text in files.items():
            Path(folder, name).write_text(text, "utf-8")
        Path(folder, ".git").mkdir()
        command = [sys.executable, "-I", "-m", "sessionlint", "check", "--no-cache", "."]
        return once(Contender("sessionlint", command, exits=frozenset({0, 1, 2})), environment, Path(folder)).cpu


def table(grown: Iterable[Growth]) -> str:
    head = ("input", "n", "n", "2 n", "4 n", "8 n", "the last doubling")
    return "\n".join([*markdown(head, map(_row, grown)), ""])


def _row(growth: Growth) -> list[str]:
    times = growth.per_doubling
    last = "too little to tell" if times is None else f"{times:.1f} times"
    return [growth.name, f"{growth.size:,}", *(f"{seconds:.2f} s" for seconds in growth.seconds), last]
