"""Who does the work: threads of this process, each of which waits for a process of its own, or Dask.

What is asked of either is ``concurrent.futures.Executor``, so any other engine with that interface would do.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from time import monotonic
from typing import Any

from sessionlint.fleet.attempt import end_seeds
from sessionlint.model.records import dataclass
from sessionlint.run.errors import UsageError

LOCAL, DASK = "local", "dask"
_DEADLINE = 30  # seconds for a scheduler to answer
_PAUSE = 5.0


class EngineLostError(Exception):
    """Nobody is there any more who would do what was asked for."""


@dataclass(frozen=True, slots=True)
class Engine:
    """``workers`` says how many tasks can be done at once, now: clusters grow and shrink. ``is_there`` says whether what was
    submitted can still come back."""

    executor: Executor
    workers: Callable[[], int]
    is_there: Callable[[], bool]


@contextmanager
def started(name: str, workers: int) -> Iterator[Engine]:
    """The engine ``local``, ``dask`` (a cluster of this machine) or ``dask=tcp://...`` (a scheduler). Raises UsageError."""
    kind, _, address = name.partition("=")
    if kind == DASK:
        with _dask(address, workers) as engine:
            yield engine
    elif name == LOCAL:
        with _local(workers) as engine:
            yield engine
    else:
        raise UsageError(f'--engine: expected local, dask or dask=tcp://HOST:PORT, got "{name}"')


class _Counted:
    """How many tasks a cluster can do at once, asked for now and then: the answer takes its time."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._counted = 0
        self._next = 0.0

    def __call__(self) -> int:
        if monotonic() >= self._next:
            try:
                self._counted = sum(self._client.nthreads().values())
            except OSError as error:
                raise EngineLostError(str(error)) from None
            self._next = monotonic() + _PAUSE
        return self._counted


@contextmanager
def _local(workers: int) -> Iterator[Engine]:
    executor = ThreadPoolExecutor(workers, thread_name_prefix="fleet")
    try:
        yield Engine(executor, lambda: workers, lambda: True)
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
        end_seeds()


@contextmanager
def _dask(address: str, workers: int) -> Iterator[Engine]:
    from logging import CRITICAL

    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise UsageError('--engine dask: needs the extra "fleet": pip install "sessionlint[fleet]"') from None
    cluster: Any = None
    if not address:
        options = {"processes": True, "threads_per_worker": 1, "memory_limit": 0, "dashboard_address": None}
        cluster = LocalCluster(
            n_workers=workers, silence_logs=CRITICAL, **options
        )  # what matters of its failures we say ourselves
    try:
        client = Client(address or cluster, timeout=_DEADLINE, set_as_default=False)
    except (OSError, ValueError) as error:  # TimeoutError is one
        raise UsageError(f"--engine dask={address}: {error}") from None
    try:
        yield Engine(client.get_executor(pure=False), _Counted(client), lambda: client.status == "running")
    finally:
        client.close(timeout=_DEADLINE)
        if cluster is not None:
            cluster.close(timeout=_DEADLINE)
