"""Where a run's time goes, and where it stands: for ``--timings`` and ``-v``, and for whoever waits for it."""

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, process_time

from sessionlint.model.records import dataclass

STAGES = ("start", "discover", "read", "cache", "prefilter", "parse", "link", "rules", "fix", "report")
_SLOWEST = 10
_TENTHS = 10_000  # of a millisecond in a second: what is shown adds up to the total that is shown


@dataclass(frozen=True, slots=True)
class Doing:
    """What a run is at: the stage, how many of its ``total`` pieces are done, and which one it is at.

    ``total`` is 0 where nobody knows.
    """

    stage: str
    done: int = 0
    total: int = 0
    what: str = ""


class Timings:
    """Seconds by stage, by file parsed and by rule. Stages leave out what other stages inside them take."""

    def __init__(self) -> None:
        self.stages: dict[str, float] = defaultdict(float)
        self.files: dict[str, float] = defaultdict(float)
        self.rules: dict[str, float] = defaultdict(float)
        self.doing = Doing("start")
        self._inside: list[float] = []
        self.stages["start"] = _since_the_process_began()
        self._begun = perf_counter() - self.stages["start"]

    def step(self, done: int, total: int, what: str = "") -> None:
        """The stage has ``done`` so many pieces, and goes on with ``what``."""
        self.doing = Doing(self.doing.stage, done, total, what)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        begun = perf_counter()
        around, self.doing = self.doing, Doing(name)
        self._inside.append(0.0)
        try:
            yield
        finally:
            spent = perf_counter() - begun
            self.doing = around
            self.stages[name] += spent - self._inside.pop()
            if self._inside:
                self._inside[-1] += spent

    def share(self, stage: str, seconds: float, spent: Sequence[Mapping[str, Mapping[str, float]]]) -> None:
        """Tell the seconds that a stage has waited for other processes as those of the stages in which these were meanwhile;
        ``spent`` is what each of their timings says of stages, files and rules."""
        whole = sum(sum(each["stages"].values()) for each in spent)
        for each in spent:
            for name, own in each["stages"].items():
                self.stages[name] += own / whole * seconds
            for known, more in ((self.files, each["files"]), (self.rules, each["rules"])):
                for name, own in more.items():
                    known[name] += own
        self.stages[stage] -= seconds if whole else 0.0

    def total(self) -> float:
        """Seconds since the process began."""
        return perf_counter() - self._begun

    def lines(self) -> Iterator[str]:
        """What a person reads: milliseconds per stage, which add up to the total, then the slowest files and rules."""
        total = round(self.total() * _TENTHS)
        stages = {name: round(self.stages[name] * _TENTHS) for name in STAGES}
        for name, tenths in {"total": total, **stages, "other": total - sum(stages.values())}.items():
            yield f"{name:<10}{_milliseconds(tenths / _TENTHS)}"
        yield from _slowest("parsing", self.files)
        yield from _slowest("rules", self.rules)


def _slowest(what: str, seconds: Mapping[str, float]) -> Iterator[str]:
    found = slowest(seconds, _SLOWEST)
    if found:
        yield f"slowest ({what}):"
    for name, spent in found:
        yield f"{_milliseconds(spent):>14}  {name}"


def slowest(seconds: Mapping[str, float], count: int) -> list[tuple[str, float]]:
    """The ``count`` that took most."""
    return sorted(seconds.items(), key=lambda item: (-item[1], item[0]))[:count]


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:9.1f} ms"


_STATE = Path("/proc/self/stat")
_STARTED = 19  # the field of ``_STATE``, counted from the one behind the command's name


def _since_the_process_began() -> float:
    """Linux tells when it started a process, to a hundredth of a second; elsewhere the processor's time has to do."""
    spent = process_time()
    try:
        fields = _STATE.read_text("ascii", "replace").rpartition(")")[2].split()
        begun = int(fields[_STARTED]) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return spent
    from time import CLOCK_BOOTTIME, clock_gettime

    return max(spent, clock_gettime(CLOCK_BOOTTIME) - begun)
