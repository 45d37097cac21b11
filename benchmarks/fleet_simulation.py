"""What a fleet would take on more workers than there are here: tasks of measured length, handed out by one scheduler."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

WORKERS = (1, 2, 4, 8, 16, 32, 64, 100, 128, 200, 256, 400, 512, 700, 1_000)


@dataclass(frozen=True, slots=True)
class Point:
    """``speedup`` over one worker without a scheduler, and which of three things it is that gives the time."""

    workers: int
    seconds: float
    speedup: float
    bound: str


def drawn(lengths: Sequence[float], tasks: int, seed: int = 0) -> list[float]:
    """``tasks`` lengths of the distribution of ``lengths``."""
    chance = random.Random(seed)
    return [chance.choice(lengths) for _ in range(tasks)]


def curve(lengths: Sequence[float], overhead: float, workers: Sequence[int] = WORKERS) -> list[Point]:
    """``overhead``: seconds of the coordinator and the scheduler for each task, one task after the other."""
    return [_point(lengths, overhead, count) for count in workers]


def makespan(lengths: Sequence[float], overhead: float, workers: int) -> float:
    """When the last is done: each task goes to the first worker that is free, when the scheduler comes to it."""
    free = [0.0] * workers
    scheduler = 0.0
    for length in lengths:
        scheduler = max(scheduler + overhead, free[0])
        heappop(free)
        heappush(free, scheduler + length)
    return max(free)


def _point(lengths: Sequence[float], overhead: float, workers: int) -> Point:
    seconds, total = makespan(lengths, overhead, workers), sum(lengths)
    limits = {"work": total / workers, "scheduler": overhead * len(lengths), "longest task": max(lengths)}
    return Point(workers, seconds, total / seconds, max(limits, key=limits.__getitem__))
