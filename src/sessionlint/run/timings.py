"""Where a run's time goes: for ``--timings``, and for whoever waits for it."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter

STAGES = ("discover", "read", "prefilter", "parse", "link", "rules", "report")
_SLOWEST = 10
_PATIENCE = 5.0  # seconds until somebody who waits is told what is being done
_PAUSE = 30.0  # and until they are told again


class Timings:
    """Seconds by stage, by file parsed and by rule. Stages leave out what other stages inside them take.

    A run that takes long says to ``tell`` what it is doing, now and then.
    """

    def __init__(self, tell: Callable[[str], None] | None = None) -> None:
        self._tell = tell
        self.stages: dict[str, float] = defaultdict(float)
        self.files: dict[str, float] = defaultdict(float)
        self.rules: dict[str, float] = defaultdict(float)
        self._inside: list[float] = []
        self._begun = perf_counter()
        self._due = self._begun + _PATIENCE

    def step(self, doing: str) -> None:
        """``doing`` begins: "parsing, 312 of 5163 files"."""
        if self._tell is not None and (now := perf_counter()) >= self._due:
            self._due = now + _PAUSE
            self._tell(doing)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        begun = perf_counter()
        self._inside.append(0.0)
        try:
            yield
        finally:
            spent = perf_counter() - begun
            self.stages[name] += spent - self._inside.pop()
            if self._inside:
                self._inside[-1] += spent

    def lines(self) -> Iterator[str]:
        """What a person reads: milliseconds per stage, then the slowest files and rules."""
        yield f"{'total':<10}{_milliseconds(perf_counter() - self._begun)}"
        for name in STAGES:
            yield f"{name:<10}{_milliseconds(self.stages[name])}"
        yield from _slowest("parsing", self.files)
        yield from _slowest("rules", self.rules)


def _slowest(what: str, seconds: Mapping[str, float]) -> Iterator[str]:
    found = sorted(seconds.items(), key=lambda item: (-item[1], item[0]))[:_SLOWEST]
    if found:
        yield f"slowest ({what}):"
    for name, spent in found:
        yield f"{_milliseconds(spent):>14}  {name}"


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:9.1f} ms"
