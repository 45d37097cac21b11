"""How far a fleet is, for whoever waits for it, and what it came to."""

from collections import Counter
from collections.abc import Callable
from time import monotonic

from sessionlint.fleet.record import Sighting
from sessionlint.run.timings import Doing

_MINUTE, _HOUR = 60, 3600


class Progress:
    """Of ``total`` repositories, in the shape in which runs say what they are at."""

    def __init__(self, total: int, now: Callable[[], float] = monotonic) -> None:
        self.total = total
        self.running = 0
        self.statuses = Counter[str]()
        self.findings = 0
        self.new = 0
        self._now = now
        self._begun = now()

    def see(self, sighting: Sighting) -> None:
        self.statuses[sighting.status] += 1
        self.findings += sum(sighting.findings.values())
        self.new += sighting.is_new

    @property
    def done(self) -> int:
        return self.statuses.total()

    @property
    def failed(self) -> int:
        """Those of which nothing is known, and which there is something to know of."""
        return self.done - self.statuses["ok"] - self.statuses["skipped"]

    @property
    def doing(self) -> Doing:
        said = [*self._left(), f"{self.running} running", f"{self.failed} failed", f"{self.findings:,} findings"]
        return Doing("fleet", self.done, self.total, ", ".join(said))

    def summary(self) -> dict[str, int]:
        return {**dict(sorted(self.statuses.items())), "findings": self.findings, "new": self.new}

    def _left(self) -> list[str]:
        if not self.done:
            return []
        seconds = (self._now() - self._begun) / self.done * (self.total - self.done)
        for unit, word in ((_HOUR, "h"), (_MINUTE, "min")):
            if seconds >= unit:
                return [f"~{seconds / unit:.0f} {word} left"]
        return [f"~{seconds:.0f} s left"]
