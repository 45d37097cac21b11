"""Whole processes, timed from outside: start-up, output and all."""

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Contender:
    """A command line to time. ``prepare`` runs before each start and is not timed."""

    name: str
    command: Sequence[str]
    prepare: Callable[[], None] | None = None
    exits: frozenset[int] = frozenset({0, 1})


@dataclass(frozen=True, slots=True)
class Run:
    """``cpu`` counts the process and its children; ``peak`` is the largest of them, in MiB."""

    wall: float
    cpu: float
    peak: float


@dataclass(frozen=True, slots=True)
class Medians:
    name: str
    runs: int
    wall: float
    cpu: float
    peak: float


class ContenderFailedError(Exception):
    """A command ended with a code that it never ends with when it has done its work."""


def once(contender: Contender, environment: Mapping[str, str], folder: Path) -> Run:
    """Raises ContenderFailedError."""
    if contender.prepare is not None:
        contender.prepare()
    begun = perf_counter()
    nothing, pipe = subprocess.DEVNULL, subprocess.PIPE
    process = subprocess.Popen(contender.command, cwd=folder, env=environment, stdin=nothing, stdout=nothing, stderr=pipe)
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = perf_counter() - begun
    process.stderr.close()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in contender.exits:
        raise ContenderFailedError(f"{contender.name} ended with {process.returncode}: {said.decode(errors='replace')[-2000:]}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def alternately(contenders: Sequence[Contender], rounds: int, environment: Mapping[str, str], folder: Path) -> list[Medians]:
    """Every contender once per round, so that a machine that gets slower does so for all; the first round does not count."""
    runs: dict[str, list[Run]] = {contender.name: [] for contender in contenders}
    for number in range(rounds + 1):
        for contender in contenders:
            run = once(contender, environment, folder)
            if number:
                runs[contender.name].append(run)
    return [medians(name, found) for name, found in runs.items()]


def medians(name: str, runs: Sequence[Run]) -> Medians:
    return Medians(
        name, len(runs), median(run.wall for run in runs), median(run.cpu for run in runs), median(run.peak for run in runs)
    )
