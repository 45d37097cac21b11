"""Whatever the engine does to a task, each repository is seen once, and the store says the same in the end."""

import errno
import os
import random
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from sessionlint.fleet import coordinator
from sessionlint.fleet.asked import Asked
from sessionlint.fleet.attempt import Attempt
from sessionlint.fleet.coordinator import Coordinator
from sessionlint.fleet.engine import Engine, EngineLostError, started
from sessionlint.fleet.history import History, Log
from sessionlint.fleet.progress import Progress
from sessionlint.fleet.record import Key, Result, Sighting, Target
from sessionlint.fleet.storage import LocalFolder
from sessionlint.fleet.store import Store
from sessionlint.fleet.task import Limits
from sessionlint.run.errors import UsageError

ASKED = Asked()
Try = Callable[[Mapping[str, Any]], Attempt]


def _result(task: Mapping[str, Any]) -> Attempt:
    """What a try comes to that goes well."""
    key = Key(task["target"]["repository"], "c0ffee", task["version"], ASKED.digest)
    if key.digest in task["known"]:
        return Attempt(commit="c0ffee", known=task["known"][key.digest])
    result = Result(key, "ok", findings=({"severity": "error"},))
    return Attempt(commit="c0ffee", result={**asdict(result), "key": asdict(key)})


class Fleet:
    """A store, and runs into it in which ``tried`` takes the place of a process."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.told: list[str] = []
        self._patch = monkeypatch

    def run(
        self,
        names: Iterator[str] | list[str],
        tried: Try = _result,
        *,
        executor: Executor | None = None,
        tries: int = 3,
        is_there: Callable[[], bool] = lambda: True,
        store: Store | None = None,
    ) -> dict[str, Sighting]:
        self._patch.setattr(coordinator, "attempt", tried)
        store = store or self.store
        log = Log(store.storage, {"version": "1", "configuration": ASKED.digest})
        with executor or ThreadPoolExecutor(2) as pool:
            engine = Engine(pool, lambda: 2, is_there)
            Coordinator(store, log, engine, ASKED, Limits(60, 512, tries), Progress(0), pause=0.0).run(
                Target(name, f"/src/{name}", owner="team-a") for name in names
            )
        log.end({})
        return self.sightings

    @property
    def store(self) -> Store:
        return Store(LocalFolder(self.folder), self.told.append)

    @property
    def sightings(self) -> dict[str, Sighting]:
        history = History(LocalFolder(self.folder), self.told.append)
        return {each.repository: each for each in history.sightings(history.runs()[-1])}

    def results(self) -> dict[str, bytes]:
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in (self.folder / "results").rglob("*.json")}


@pytest.fixture
def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fleet:
    return Fleet(tmp_path / "store", monkeypatch)


NAMES = [f"shop-{number}" for number in range(20)]


def test_each_is_seen_once_and_not_checked_again(fleet: Fleet) -> None:
    first = fleet.run(NAMES)
    assert [*first] == sorted(NAMES)
    assert all(each.status == "ok" and each.is_new and each.findings == {"error": 1} for each in first.values())
    assert all(each.owner == "team-a" for each in first.values())
    kept = fleet.results()
    assert len(kept) == len(NAMES)
    second = fleet.run(NAMES)
    assert not any(each.is_new for each in second.values())
    assert [each.result for each in second.values()] == [each.result for each in first.values()]
    assert fleet.results() == kept


def test_what_fails_is_tried_again_and_then_told(fleet: Fleet) -> None:
    tries: list[str] = []

    def tried(task: Mapping[str, Any]) -> Attempt:
        name = task["target"]["repository"]
        tries.append(name)
        if name == "late" or (name == "unlucky" and tries.count(name) < 3):
            return Attempt("timed-out", "more than 60 s", "c0ffee")
        return _result(task)

    seen = fleet.run(["late", "unlucky", "well"], tried)
    assert {name: (each.status, each.tries) for name, each in seen.items()} == {
        "late": ("timed-out", 3),
        "unlucky": ("ok", 3),
        "well": ("ok", 1),
    }
    assert {name: tries.count(name) for name in seen} == {"late": 3, "unlucky": 3, "well": 1}
    assert [each.reason for each in fleet.store.failures("late").values()] == ["timed-out: more than 60 s"]
    noted = "".join(path.read_text() for path in (fleet.folder / "runs").rglob("*.jsonl"))
    assert [noted.count(f'"kind":"{kind}"') for kind in ("begin", "tried", "seen", "end")] == [1, 4, 3, 1]
    assert fleet.store.failures("unlucky") == {}


def test_what_was_set_aside_is_told_and_not_tried(fleet: Fleet) -> None:
    seen = fleet.run(["a"], lambda task: Attempt("poisoned", "timed-out: more than 60 s; tried 3 times", "c0ffee"))
    assert (seen["a"].status, seen["a"].reason) == ("poisoned", "timed-out: more than 60 s; tried 3 times")


def test_tries_are_counted_from_run_to_run(fleet: Fleet) -> None:
    """A run that is killed takes nothing back."""
    for _ in range(2):
        fleet.run(["a"], lambda task: Attempt("failed", "its process was ended by SIGKILL", "c0ffee"), tries=1)
    assert [each.tries for each in fleet.store.failures("a").values()] == [2]


def test_an_entry_that_is_damaged_is_told_and_made_again(fleet: Fleet) -> None:
    seen = fleet.run(NAMES)
    kept = fleet.results()
    fleet.store.storage.write(seen["shop-3"].result, b"{}")
    again = fleet.run(NAMES)
    assert [name for name, each in again.items() if each.is_new] == ["shop-3"]
    assert fleet.results() == kept
    assert fleet.told == [f"{seen['shop-3'].result}: damaged, its content is not what it was"]


class _Lossy(ThreadPoolExecutor):
    """Loses the workers under every third task."""

    def __init__(self) -> None:
        super().__init__(2)
        self._chance = random.Random(1)

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        if self._chance.random() > 1 / 3:
            return super().submit(fn, *args, **kwargs)
        lost: Future[Any] = Future()
        if self._chance.random() > 1 / 2:
            lost.set_exception(BrokenProcessPool("a worker died"))
        else:
            lost.cancel()
            lost.set_running_or_notify_cancel()
        return lost


def test_a_worker_that_is_lost_costs_its_task_one_try(fleet: Fleet) -> None:
    seen = fleet.run(NAMES, executor=_Lossy(), tries=20)
    assert {each.status for each in seen.values()} == {"ok"}
    assert len(fleet.results()) == len(NAMES)
    assert max(each.tries for each in seen.values()) > 1


def test_an_engine_that_is_lost_ends_the_run_and_the_next_goes_on(fleet: Fleet) -> None:
    done: list[str] = []

    def tried(task: Mapping[str, Any]) -> Attempt:
        done.append(task["target"]["repository"])
        return _result(task)

    with pytest.raises(EngineLostError):
        fleet.run(NAMES, tried, is_there=lambda: len(done) < 10)
    assert 0 < len(fleet.results()) < len(NAMES)
    before = {each.result for each in fleet.sightings.values()}
    seen = fleet.run(NAMES)
    assert {name for name, each in seen.items() if not each.is_new} == {
        name for name, each in seen.items() if each.result in before
    }
    assert len(fleet.results()) == len(NAMES)


def test_where_the_disk_is_full_the_run_ends_and_the_next_goes_on(fleet: Fleet) -> None:
    class Full(LocalFolder):
        left = 7

        def write(self, name: str, data: bytes) -> None:
            if not self.left:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), name)
            self.left -= 1
            super().write(name, data)

    with pytest.raises(OSError, match="No space left"):
        fleet.run(NAMES, store=Store(Full(fleet.folder), fleet.told.append))
    assert len(fleet.results()) == 7
    seen = fleet.run(NAMES)
    assert sum(each.is_new for each in seen.values()) == len(NAMES) - 7
    assert fleet.told == []


def test_a_list_is_read_only_so_far_as_there_is_work_for(fleet: Fleet) -> None:
    """What the coordinator holds does not grow with the list."""
    read, done, most = 0, 0, 0

    def names() -> Iterator[str]:
        nonlocal read, most
        for number in range(300):
            read += 1
            most = max(most, read - done)
            yield f"shop-{number}"

    def tried(task: Mapping[str, Any]) -> Attempt:
        nonlocal done
        done += 1
        return _result(task)

    assert len(fleet.run(names(), tried)) == 300
    assert most <= 8


def test_a_retry_waits_longer_each_time(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    tried_at: list[float] = []

    def tried(task: Mapping[str, Any]) -> Attempt:
        tried_at.append(clock[0])
        return Attempt("failed", "git: no route to host")

    class Waiting(Coordinator):
        def _settle_next(self) -> None:
            if self._later and not self._running:
                clock[0] = self._later[0][0]
            super()._settle_next()

    monkeypatch.setattr(coordinator, "monotonic", lambda: clock[0])
    monkeypatch.setattr(coordinator, "attempt", tried)
    with ThreadPoolExecutor(1) as pool:
        engine = Engine(pool, lambda: 1, lambda: True)
        log = Log(fleet.store.storage, {})
        Waiting(fleet.store, log, engine, ASKED, Limits(tries=4), Progress(1), pause=1.0).run([Target("a", "/src/a")])
    assert tried_at == [0.0, 1.0, 3.0, 7.0]
    assert fleet.sightings["a"].reason == "git: no route to host"


def test_two_fleets_on_one_store(fleet: Fleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coordinator, "attempt", _result)

    def one(names: list[str]) -> None:
        store = Store(LocalFolder(fleet.folder), fleet.told.append)
        log = Log(store.storage, {})
        with ThreadPoolExecutor(2) as pool:
            engine = Engine(pool, lambda: 2, lambda: True)
            Coordinator(store, log, engine, ASKED, Limits(), Progress(0)).run(Target(name, name) for name in names)
        log.end({})

    with ThreadPoolExecutor(2) as both:
        for future in [both.submit(one, NAMES), both.submit(one, NAMES[::-1])]:
            future.result()
    together = fleet.results()
    alone = Fleet(tmp_path / "alone", monkeypatch)
    alone.run(NAMES)
    assert together == alone.results()
    assert fleet.told == []
    runs = History(LocalFolder(fleet.folder), fleet.told.append).runs()
    assert sum(len(run.names) for run in runs) == 2


def test_an_engine_that_nobody_has() -> None:
    with pytest.raises(UsageError, match='--engine: expected local, dask or dask=tcp://HOST:PORT, got "ray"'), started("ray", 1):
        pass


def test_progress_is_told_in_a_line() -> None:
    now = [0.0]
    progress = Progress(100, lambda: now[0])
    assert progress.doing.what == "0 running, 0 failed, 0 findings"
    now[0], progress.running = 200.0, 4
    for status, findings in (("ok", {"error": 2, "info": 1}), ("timed-out", {}), ("skipped", {})):
        progress.see(Sighting("a", "a", status, findings=findings))  # type: ignore[arg-type]
    assert (progress.doing.done, progress.doing.total) == (3, 100)
    assert progress.doing.what == "~2 h left, 4 running, 1 failed, 3 findings"
    assert progress.summary() == {"ok": 1, "skipped": 1, "timed-out": 1, "findings": 3, "new": 3}
