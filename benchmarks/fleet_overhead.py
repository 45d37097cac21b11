"""What a task of a fleet costs beside its own work, in CPU: what else the machine does is not counted."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time, sleep
from typing import Any

from sessionlint import __version__
from sessionlint.fleet.asked import Asked
from sessionlint.fleet.attempt import Attempt
from sessionlint.fleet.coordinator import Coordinator
from sessionlint.fleet.engine import Engine
from sessionlint.fleet.history import Log
from sessionlint.fleet.progress import Progress
from sessionlint.fleet.record import Key, Sighting, Target
from sessionlint.fleet.storage import LocalFolder
from sessionlint.fleet.store import Store
from sessionlint.fleet.task import Limits, Task

_THREADS, _SCALE = 64, 1 / 1000
_AHEAD = 2 * _THREADS


def of_dask(lengths: Sequence[float]) -> float:
    """Seconds of the client and the scheduler, which are one process here, for one task. The worker is another process, whose
    threads sleep a thousandth of what a task takes; only so many tasks are submitted as a coordinator would."""
    from distributed import Client, LocalCluster

    cluster = LocalCluster(n_workers=1, threads_per_worker=_THREADS, processes=True, dashboard_address=None)
    with cluster, Client(cluster) as client:
        executor = client.get_executor(pure=False)
        task = Task(Target("shop", "/srv/shop"), Asked(), Limits(), {}, {}).data()
        begun = process_time()
        running: list[Future[None]] = []
        for length in lengths:
            running.append(executor.submit(_asleep, task, length * _SCALE))
            if len(running) == _AHEAD:
                running.pop(0).result()
        for future in running:
            future.result()
        return (process_time() - begun) / len(lengths)


def _asleep(task: dict[str, Any], seconds: float) -> None:
    sleep(seconds)


class _Instant(Executor):
    """Each task is done when it is submitted, with a result that was found before."""

    def __init__(self, found: Sequence[Attempt]) -> None:
        self._found = found
        self._number = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        (task,) = args
        self._number += 1
        attempt = self._found[self._number % len(self._found)]
        assert attempt.result is not None
        key = Key(task["target"]["repository"], attempt.commit, __version__, "measured")
        future: Future[Any] = Future()
        future.set_result(replace(attempt, result={**attempt.result, "key": asdict(key)}))
        return future


def of_coordinator(store: Store, seen: Sequence[Sighting], tasks: int) -> float:
    """Seconds of the coordinator for one task: what is known is looked up, what is found is put into a store in a folder."""
    results = ((each, store.result(each.result)) for each in seen)
    found = [Attempt(commit=each.commit, result=asdict(result)) for each, result in results if result is not None]
    with TemporaryDirectory() as folder:
        into = Store(LocalFolder(Path(folder)), print)
        engine = Engine(_Instant(found), lambda: _THREADS, lambda: True)
        coordinator = Coordinator(into, Log(into.storage, {}), engine, Asked(), Limits(), Progress(tasks))
        begun = process_time()
        coordinator.run(Target(f"shop-{number}", f"/srv/shop-{number}") for number in range(tasks))
        return (process_time() - begun) / tasks
