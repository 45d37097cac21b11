"""A list of repositories becomes results in a store.

Only so many tasks are handed to the engine that it has enough to do, and only what has to be known of those is held: the list may
be as long as it likes. Nobody but the coordinator writes to the store. What is in it when the run ends, however it ends, is
whole; the next run begins where this one was.
"""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError, Future
from dataclasses import field, replace
from heapq import heappop, heappush
from queue import Empty, SimpleQueue
from time import monotonic

from sessionlint import __version__
from sessionlint.fleet.asked import Asked
from sessionlint.fleet.attempt import Attempt, attempt
from sessionlint.fleet.engine import Engine, EngineLostError
from sessionlint.fleet.history import Log
from sessionlint.fleet.progress import Progress
from sessionlint.fleet.record import Key, Result, Sighting, Target
from sessionlint.fleet.store import Failures, Store
from sessionlint.fleet.targets import is_url, without_credentials
from sessionlint.fleet.task import Limits, Task
from sessionlint.model.records import dataclass

_AHEAD = 2  # tasks for each worker: the one it does, and the one it goes on with
_PATIENCE = 1.0  # seconds after which somebody looks whether the engine is still there
_MOST_OFTEN = 64.0  # times the first pause


@dataclass(slots=True)
class _Pending:
    target: Target
    tries: int = 0
    skipped: frozenset[str] = field(default_factory=frozenset)


class Coordinator:
    """``pause``: seconds before the second try; each further one waits twice as long."""

    def __init__(
        self, store: Store, log: Log, engine: Engine, asked: Asked, limits: Limits, progress: Progress, pause: float = 1.0
    ) -> None:
        self._store = store
        self._log = log
        self._engine = engine
        self._asked = asked
        self._limits = limits
        self._progress = progress
        self._pause = pause
        self._running: dict[Future[Attempt], _Pending] = {}
        self._done: SimpleQueue[Future[Attempt]] = SimpleQueue()
        self._later: list[tuple[float, int, _Pending]] = []
        self._postponed = 0

    def run(self, targets: Iterable[Target]) -> None:
        """Do all of them. Raises OSError where the store cannot be written, EngineLostError."""
        waiting = iter(targets)
        while self._submit_more(waiting) or self._later:
            self._progress.running = min(len(self._running), self._engine.workers())
            self._settle_next()

    # --- giving out ---------------------------------------------------------------------------------------------------

    def _submit_more(self, waiting: Iterator[Target]) -> bool:
        """Give out as much as there is room for; whether anything is being done."""
        room = max(1, self._engine.workers()) * _AHEAD
        while len(self._running) + len(self._later) < room or self._is_due():
            pending = self._due() or next((_Pending(target) for target in waiting), None)
            if pending is None:
                break
            self._submit(pending)
        return bool(self._running)

    def _is_due(self) -> bool:
        return bool(self._later) and self._later[0][0] <= monotonic()

    def _due(self) -> _Pending | None:
        return heappop(self._later)[2] if self._is_due() else None

    def _submit(self, pending: _Pending) -> None:
        repository = pending.target.repository
        known = {key: entry for key, entry in self._store.known(repository).items() if entry not in pending.skipped}
        task = Task(_placed(pending.target), self._asked, self._limits, known, self._store.failures(repository))
        try:
            future = self._engine.executor.submit(attempt, task.data())
        except RuntimeError as error:
            raise EngineLostError(str(error)) from None
        self._running[future] = pending
        future.add_done_callback(self._done.put)

    # --- taking back --------------------------------------------------------------------------------------------------

    def _settle_next(self) -> None:
        """Wait for one that is done, or until there is something else to do, and take all that are there."""
        pause = max(0.0, self._later[0][0] - monotonic()) if self._later else _PATIENCE
        try:
            future = self._done.get(timeout=min(pause, _PATIENCE))
        except Empty:
            if not self._engine.is_there():
                raise EngineLostError("nobody answers any more") from None
            return
        pending, tried = self._running.pop(future), _outcome(future)
        if not self._engine.is_there():  # then it is not the task that is to blame
            raise EngineLostError("nobody answers any more")
        self._settle(pending, tried)

    def _settle(self, pending: _Pending, tried: Attempt) -> None:
        if tried.known:
            self._settle_known(pending, tried)
        elif tried.result is not None:
            result = Result.of(tried.result)
            entry = self._store.keep(result)
            self._store.forget_failures(result.key)
            self._see(pending, tried, result, entry)
        elif tried.status == "poisoned":
            self._see(pending, tried)
        else:
            self._settle_failed(pending, tried)

    def _settle_known(self, pending: _Pending, tried: Attempt) -> None:
        result = self._store.result(tried.known)
        if result is None:  # damaged, which was told: as if there were none
            self._store.storage.remove(tried.known)
            self._submit(replace(pending, skipped=pending.skipped | {tried.known}))
        else:
            self._see(pending, tried, result, tried.known)

    def _settle_failed(self, pending: _Pending, tried: Attempt) -> None:
        pending.tries += 1
        if tried.commit:
            self._count(Key(pending.target.repository, tried.commit, __version__, self._asked.digest), tried)
        if pending.tries >= self._limits.tries:
            self._see(pending, tried)
            return
        told = {"repository": pending.target.repository, "commit": tried.commit, "tries": pending.tries}
        self._log.try_again({**told, "status": tried.status, "reason": tried.reason, "effort": dict(tried.effort)})
        self._postponed += 1
        pause = self._pause * min(2.0 ** (pending.tries - 1), _MOST_OFTEN)
        heappush(self._later, (monotonic() + pause, self._postponed, pending))

    def _count(self, key: Key, tried: Attempt) -> None:
        before = self._store.failures(key.repository).get(key.digest, Failures(memory=self._limits.memory))
        timeout = max(before.timeout, self._limits.timeout)
        memory = max(before.memory, self._limits.memory) if before.memory and self._limits.memory else 0  # 0 is no limit
        self._store.count(key, Failures(before.tries + 1, timeout, memory, f"{tried.status}: {tried.reason}"))

    def _see(self, pending: _Pending, tried: Attempt, result: Result | None = None, entry: str = "") -> None:
        target = pending.target
        sighting = Sighting(
            target.repository,
            without_credentials(target.source),
            result.status if result is not None else tried.status,
            result.reason if result is not None else tried.reason,
            tried.commit,
            target.revision,
            target.owner,
            target.labels,
            entry,
            is_new=bool(entry) and not tried.known,
            tries=pending.tries + bool(entry),
            findings=Counter(finding["severity"] for finding in result.findings) if result is not None else {},
            effort=tried.effort,
        )
        self._log.see(sighting)
        self._progress.see(sighting)


def _placed(target: Target) -> Target:
    """For a worker that stands in another folder."""
    return target if is_url(target.source) else replace(target, source=os.path.abspath(target.source))  # noqa: PTH100 - links stay


def _outcome(future: Future[Attempt]) -> Attempt:
    """What a try came to, also where whoever made it is gone."""
    try:
        return future.result()
    except CancelledError:
        return Attempt("failed", "it was taken back")
    except Exception as error:  # of the engine: a worker died under it, again and again
        return Attempt("failed", f"its worker was lost: {type(error).__name__}")
