"""Parsing in several processes, where there is enough to parse."""

import json
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from threading import Lock, Thread

from sessionlint.model.source import Source
from sessionlint.run.extraction.worker import command, send

_BATCH = 60_000


class WorkerFailedError(Exception):
    """A worker ended early or said something that is no answer."""


def extracted(sources: Sequence[Source], count: int, tell: Callable[[int], None]) -> dict[str, tuple[float, str]]:
    """Seconds and facts (JSON text) of each source, by path, from ``count`` processes; how many are done goes to ``tell``.

    Raises WorkerFailedError, OSError.
    """
    batches, lock = _batches(sources), Lock()
    found: dict[str, tuple[float, str]] = {}
    failures: list[Exception] = []
    processes: list[subprocess.Popen[bytes]] = []

    def attend(process: "subprocess.Popen[bytes]") -> None:
        try:
            while not failures:
                with lock:
                    batch = next(batches, None)
                if batch is None:
                    return
                found.update(_asked(process, batch))
                tell(len(found))
        except (OSError, ValueError, WorkerFailedError) as error:
            failures.append(error)

    try:
        # one by one, so that those that did start are ended when another one does not
        processes.extend(_started() for _ in range(count))
        threads = [Thread(target=attend, args=(process,), daemon=True) for process in processes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    except RuntimeError as error:  # no thread can be had
        raise WorkerFailedError(error) from None
    finally:
        for process in processes:
            _end(process)
    if failures or len(found) < len(sources):
        raise WorkerFailedError(*failures)
    return found


def _started() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


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


def _asked(process: "subprocess.Popen[bytes]", batch: Sequence[Source]) -> Iterator[tuple[str, tuple[float, str]]]:
    assert process.stdin is not None and process.stdout is not None
    send(process.stdin, [[source.path, source.text] for source in batch])
    answer = process.stdout.readline()
    if not answer:
        raise WorkerFailedError("a worker ended early")
    return zip([source.path for source in batch], json.loads(answer), strict=True)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):
                stream.close()
