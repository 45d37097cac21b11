"""Parsing in several processes, where there is enough to parse."""

from collections.abc import Callable, Iterator, Sequence

from sessionlint.model.source import Source
from sessionlint.run import processes
from sessionlint.run.extraction.worker import command
from sessionlint.run.processes import Process, WorkerFailedError

_BATCH = 60_000


def extracted(sources: Sequence[Source], count: int, tell: Callable[[int], None]) -> dict[str, tuple[float, str]]:
    """Seconds and facts (JSON text) of each source, by path, from ``count`` processes; how many are done goes to ``tell``.

    Raises WorkerFailedError, OSError.
    """
    found: dict[str, tuple[float, str]] = {}

    def give(process: Process, batch: Sequence[Source]) -> None:
        answer = processes.asked(process, [[source.path, source.text] for source in batch])
        found.update(zip([source.path for source in batch], answer, strict=True))
        tell(len(found))

    processes.distributed(_started, count, _batches(sources), give)
    if len(found) < len(sources):
        raise WorkerFailedError("not all was parsed")
    return found


def _started() -> Process:
    return processes.start(command())


def _batches(sources: Sequence[Source]) -> Iterator[list[Source]]:
    """The largest first, so that no worker is left alone with the last big file."""
    batch: list[Source] = []
    size = 0
    for source in sorted(sources, key=lambda source: (-len(source.text), source.path)):
        batch.append(source)
        size += len(source.text)
        if size > _BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
