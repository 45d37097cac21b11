"""Whole processes, timed from outside: start-up, output and all."""

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryFile
from time import perf_counter

# seconds; the first run of what takes longer counts and is the only one
SLOW = 20.0


@dataclass(frozen=True, slots=True)
class Contender:
    """A command line to time. ``prepare`` runs before each start and is not timed.

    ``files`` takes what a run has printed and tells how many files it looked at; it is not timed, either.
    """

    name: str
    command: Sequence[str]
    prepare: Callable[[], None] | None = None
    exits: frozenset[int] = frozenset({0, 1})
    files: Callable[[str], int] | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """``cpu`` counts the process and its children; ``peak`` is the largest of them, in MiB; ``said`` is what it printed."""

    wall: float
    cpu: float
    peak: float
    said: str = ""


@dataclass(frozen=True, slots=True)
class Medians:
    """``files`` is None where nobody counts them; ``warmed``: a first run was made that does not count."""

    name: str
    runs: int
    wall: float
    cpu: float
    peak: float
    files: int | None = None
    warmed: bool = True


class ContenderFailedError(Exception):
    """A command ended with a code that it never ends with when it has done its work."""


def once(contender: Contender, environment: Mapping[str, str], folder: Path) -> Run:
    """Raises ContenderFailedError."""
    if contender.prepare is not None:
        contender.prepare()
    with TemporaryFile() as printed:
        begun = perf_counter()
        process = subprocess.Popen(
            contender.command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=printed, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        printed.seek(0)
        said = printed.read().decode(errors="replace")
    if process.returncode not in contender.exits:
        raise ContenderFailedError(f"{contender.name} ended with {process.returncode}: {said[-2000:]}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, said)


def alternately(
    contenders: Sequence[Contender], rounds: int, environment: Mapping[str, str], folder: Path, slow: float = SLOW
) -> list[Medians]:
    """Every contender once per round, so that a machine that gets slower does so for all; the first round does not count.

    Whoever needs more than ``slow`` seconds sits out the rest: that run counts, the first, too. Raises ContenderFailedError.
    """
    runs: dict[str, list[Run]] = {contender.name: [] for contender in contenders}
    cold_started: set[str] = set()
    running = list(contenders)
    for number in range(rounds + 1):
        for contender in tuple(running):
            run = once(contender, environment, folder)
            if number or run.wall > slow:
                runs[contender.name].append(run)
            if run.wall > slow:
                running.remove(contender)
                cold_started |= set() if number else {contender.name}
    return [medians(one, runs[one.name], warmed=one.name not in cold_started) for one in contenders]


def medians(contender: Contender, runs: Sequence[Run], *, warmed: bool = True) -> Medians:
    return Medians(
        contender.name,
        len(runs),
        median(run.wall for run in runs),
        median(run.cpu for run in runs),
        median(run.peak for run in runs),
        contender.files(runs[-1].said) if contender.files else None,
        warmed,
    )
