"""One try at a task, in a process of its own that is ended when its time is over: what an engine's worker runs."""

import json
import os
import platform
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import field
from tempfile import mkdtemp
from threading import Lock, Timer
from time import perf_counter, sleep, time
from typing import Any

from sessionlint.fleet.record import Status
from sessionlint.fleet.seed import command
from sessionlint.model.records import dataclass

_STARTS = 3
_LOOKS, _PAUSE = 100, 0.05  # for five seconds
_NEAR = 0.8  # of the memory: a process that dies with so much has died of that


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a try came to: the ``result`` (as ``record.Result`` has it), or the ``known`` entry of the store that says it already,
    or what fixes came to (as ``mend.mended`` says it), or a ``status`` that is not ``ok``, and why. ``commit`` is "" where not
    even that was found out."""

    status: Status = "ok"
    reason: str = ""
    commit: str = ""
    known: str = ""
    result: Mapping[str, Any] | None = None
    mended: Mapping[str, Any] | None = None
    effort: Mapping[str, Any] = field(default_factory=dict)


def attempt(task: Mapping[str, Any]) -> Attempt:
    """Do ``task`` (``Task.data``). It raises nothing: whatever goes wrong is what the try came to."""
    begun = perf_counter()
    told: dict[str, Any] = {}
    try:
        for _ in range(_STARTS):
            with _seed() as seed, _room() as room:
                told = seed.told(task, room)
            if told:
                break  # else it had died before, while nobody needed it, and nothing was tried
    except OSError as error:  # no process, no disk
        told = {"status": "failed", "reason": error.strerror or str(error)}
    spent = {"cpu": round(told.get("cpu", 0.0), 3), "peak": told.get("peak", 0)}
    effort = {"seconds": round(perf_counter() - begun, 3), **spent, "host": platform.node(), "ended": round(time(), 3)}
    status, reason = _verdict(told, task["limits"])
    return Attempt(status, reason, told.get("commit", ""), told.get("known", ""), told.get("result"), told.get("mended"), effort)


def _verdict(told: Mapping[str, Any], limits: Mapping[str, Any]) -> tuple[Status, str]:
    if not told.keys().isdisjoint(("result", "known", "mended")):
        return "ok", ""
    if "status" in told:
        return told["status"], told["reason"]
    if told.get("is_late"):
        return "timed-out", f"more than {limits['timeout']:g} s"
    if limits["memory"] and told.get("peak", 0) >= _NEAR * limits["memory"]:
        return "out-of-memory", f"more than {limits['memory']:,} MiB"
    return "failed", f"its process was ended by {_named(told.get('ended'))}"


def _named(code: int | None) -> str:
    if code is None or code >= 0:
        return "nobody knows what" if code is None else f"itself, with {code}"
    with suppress(ValueError):
        return signal.Signals(-code).name
    return f"signal {-code}"


@contextmanager
def _room() -> Iterator[str]:
    """A folder for what the task writes, which outlives neither."""
    room = os.path.realpath(mkdtemp(prefix="sessionlint-fleet-"))
    try:
        yield room
    finally:
        shutil.rmtree(room, ignore_errors=True)


class Seed:
    """A process that does task after task, each in a copy of itself."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self._copy = 0
        next(self._messages(), None)  # it has begun: what it does from here on is the task's time

    def told(self, task: Mapping[str, Any], room: str) -> dict[str, Any]:
        """All that is told of a task, and ``is_late`` when its time was over."""
        assert self._process.stdin is not None
        found: dict[str, Any] = {}
        late = Timer(task["limits"]["timeout"], self._end_late, args=(found,))
        late.daemon = True
        late.start()
        try:
            self._process.stdin.write(json.dumps([task, room]).encode("ascii") + b"\n")
            self._process.stdin.flush()
            for message in self._messages():
                found.update(message)
                if "process" in message:
                    self._copy = message["process"]
                    if "is_late" in found:  # its time was over before anybody knew of it
                        self.kill()
                if "ended" in message:
                    break
            else:
                self.end()
        except BrokenPipeError:
            self.end()
        finally:
            late.cancel()
            self._copy = 0
        return found

    @property
    def is_usable(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        """With the copy that is at work, and all that it has started."""
        if self._copy:
            with suppress(OSError):
                os.killpg(self._copy, signal.SIGKILL)
        self._process.kill()

    def end(self) -> None:
        self.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()

    def _end_late(self, found: dict[str, Any]) -> None:
        found["is_late"] = True
        self.kill()

    def _messages(self) -> Iterator[dict[str, Any]]:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.strip():
                with suppress(ValueError):  # it was ended in the middle of what it wanted to say
                    yield json.loads(line)


class _Seeds:
    """Those that are not at work; there are never more than tasks were done at once."""

    def __init__(self) -> None:
        self._idle: list[Seed] = []
        self._working: set[Seed] = set()
        self._lock = Lock()

    def take(self) -> Seed:
        with self._lock:
            while self._idle:
                seed = self._idle.pop()
                if seed.is_usable:
                    self._working.add(seed)
                    return seed
                seed.end()
        seed = Seed()
        with self._lock:
            self._working.add(seed)
        return seed

    def give(self, seed: Seed) -> None:
        with self._lock:
            self._working.discard(seed)
            if seed.is_usable:
                self._idle.append(seed)
                return
        seed.end()  # it is dead already, but its pipes are open

    def end(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for seed in idle:
            seed.end()
        for _ in range(_LOOKS):
            with self._lock:
                working = [*self._working]
            if not working:
                return
            for seed in working:
                seed.kill()  # who reads from it comes to the end of what it says, cleans up, and gives it back
            sleep(_PAUSE)


_seeds = _Seeds()
end_seeds = _seeds.end
"""To be called when nothing more is to be tried: what is at work is ended."""


@contextmanager
def _seed() -> Iterator[Seed]:
    seed = _seeds.take()
    try:
        yield seed
    finally:
        _seeds.give(seed)
