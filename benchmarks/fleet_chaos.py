"""A fleet under which processes are killed at random, again and again, until it is through: nothing lost, nothing twice."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from sessionlint.fleet.history import History
from sessionlint.fleet.record import Sighting
from sessionlint.fleet.storage import LocalFolder

_ADDRESS = "127.0.0.1:18990"
_PAUSES = (0.05, 1.5)  # seconds between two kills
_OFTEN = {"command": 2, "scheduler": 1, "worker": 3, "seed": 4, "copy": 6}
_MANY = "1000"  # tries: here it is not the repository that is to blame


@dataclass(slots=True)
class Chaos:
    """What was killed, and what is there in the end."""

    killed: Counter[str] = field(default_factory=Counter)
    runs: int = 0
    results: dict[str, bytes] = field(default_factory=dict)
    last: list[Sighting] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)


def results(store: Path) -> dict[str, bytes]:
    """The bytes of each result, by its name."""
    return {path.relative_to(store).as_posix(): path.read_bytes() for path in (store / "results").rglob("*.json")}


def chaos(trees: Path, store: Path, kills: int, *, dask: bool, seed: int = 0, tell: Callable[[str], None] = print) -> Chaos:
    """Run the fleet on ``trees`` until it was killed or hit ``kills`` times, and then to its end."""
    chance, seen = random.Random(seed), Chaos()
    with ExitStack() as stack:
        cluster = stack.enter_context(_Cluster().started()) if dask else None
        while seen.killed.total() < kills:
            _hit(cluster, trees, store, kills, chance, seen)
            tell(f"{seen.killed.total()} of {kills} kills in {seen.runs} runs, {len(results(store))} results")
            if seen.killed.total() < kills and _is_through(store):
                _forget_some(store, chance)
    subprocess.run(_command(trees, store, "local"), check=True, stderr=subprocess.DEVNULL)
    history = History(LocalFolder(store), seen.damaged.append)
    seen.results, seen.last = results(store), [*history.sightings(history.runs()[-1])]
    return seen


class _Cluster:
    """A scheduler and two workers, each of which is started again when it is gone."""

    def __init__(self) -> None:
        self._parts: dict[str, subprocess.Popen[bytes]] = {}

    @contextmanager
    def started(self) -> Iterator["_Cluster"]:
        try:
            self.mend()
            yield self
        finally:
            for part in self._parts.values():
                part.kill()
                part.wait()

    def mend(self) -> None:
        host, _, port = _ADDRESS.partition(":")
        self._start("scheduler", "scheduler", "--host", host, "--port", port, "--no-dashboard")
        for number in (1, 2):
            self._start(f"worker-{number}", "worker", f"tcp://{_ADDRESS}", "--nthreads", "1", "--no-dashboard", "--no-nanny")

    def _start(self, name: str, *arguments: str) -> None:
        if name not in self._parts or self._parts[name].poll() is not None:
            command = [sys.executable, "-m", "dask", *arguments]
            self._parts[name] = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def pids(self) -> dict[str, int]:
        return {name: part.pid for name, part in self._parts.items() if part.poll() is None}


def _hit(cluster: _Cluster | None, trees: Path, store: Path, kills: int, chance: random.Random, seen: Chaos) -> None:
    """One run, under which something is killed now and then until it has ended."""
    if cluster is not None:
        cluster.mend()
    seen.runs += 1
    command = _command(trees, store, f"dask=tcp://{_ADDRESS}" if cluster is not None else "local")
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as run:
        while run.poll() is None and seen.killed.total() < kills:
            time.sleep(chance.uniform(*_PAUSES))
            for name, pid in _victims(run.pid, cluster, chance):
                with suppress(OSError):
                    os.kill(pid, signal.SIGKILL if name != "command" or chance.random() < 0.5 else signal.SIGTERM)
                    seen.killed[name] += 1
            if cluster is not None:
                cluster.mend()


def _victims(command: int, cluster: _Cluster | None, chance: random.Random) -> list[tuple[str, int]]:
    """One of the processes that check, or part of the cluster, or, now and then, the command; none while nothing is at work."""
    parts = cluster.pids() if cluster is not None else {}
    owners = [command, *(pid for name, pid in parts.items() if name != "scheduler")]
    seeds = [pid for owner in owners for pid in _children(owner)]
    copies = [pid for seed in seeds for pid in _children(seed)]
    if not copies:
        return []
    workers = [pid for name, pid in parts.items() if name != "scheduler"]
    scheduler = [parts["scheduler"]] if "scheduler" in parts else []
    choices = {"command": [command], "scheduler": scheduler, "worker": workers, "seed": seeds, "copy": copies}
    (name,) = chance.choices([*choices], [_OFTEN[name] if pids else 0 for name, pids in choices.items()])
    return [(name, chance.choice(choices[name]))]


def _children(pid: int) -> list[int]:
    with suppress(OSError):
        return [
            int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text("ascii").split()
        ]
    return []


def _command(trees: Path, store: Path, engine: str) -> list[str]:
    options = ["--store", str(store), "--engine", engine, "--workers", "2", "--retries", _MANY, "--isolated", "-q"]
    return [sys.executable, "-m", "sessionlint", "fleet", "run", str(trees), *options]


def _is_through(store: Path) -> bool:
    history = History(LocalFolder(store), lambda _: None)
    runs = history.runs()
    return bool(runs) and runs[-1].is_complete


def _forget_some(store: Path, chance: random.Random) -> None:
    """All is done before there were enough kills: half of the results are to be made again."""
    for path in sorted((store / "results").rglob("*.json")):
        if chance.random() < 0.5:
            path.unlink()


def lost(seen: Chaos, calm: dict[str, bytes]) -> Sequence[str]:
    """What is not in the store as it is in one that nobody has disturbed, and what is there that ought not to be."""
    return sorted(name for name in {*seen.results, *calm} if seen.results.get(name) != calm.get(name))
