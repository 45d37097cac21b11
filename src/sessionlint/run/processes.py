"""Processes of our own that take pieces of a run's work.

Plain pipes instead of ``multiprocessing``: nothing is forked with half a program in it, nothing has to be unpickled, and
a worker ends as soon as its standard input does, also when the run that started it was killed.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from threading import Lock, Thread
from typing import IO, Any, TypeAlias, TypeVar

Process: TypeAlias = "subprocess.Popen[bytes]"
PieceT = TypeVar("PieceT")

# The worker must find this package where the run that starts it has found it, and must not look into the current
# folder, which may be the checkout under test: -I keeps that, and PYTHON* variables, out.
_CODE = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from {module} import serve; serve()"


class WorkerFailedError(Exception):
    """A worker ended early or said something that is no answer."""


def command(module: str) -> list[str]:
    """What starts a worker: its module has a function ``serve``."""
    return [sys.executable, "-I", "-c", _CODE.format(module=module), json.dumps([folder for folder in sys.path if folder])]


def send(stream: IO[bytes], message: object) -> None:
    """Write ``message`` as one line of JSON."""
    stream.write(json.dumps(message, separators=(",", ":")).encode("ascii") + b"\n")
    stream.flush()


def asked(process: Process, message: object, *texts: bytes) -> Any:
    """What the worker answers to a message, behind which ``texts`` are sent. Raises WorkerFailedError, OSError, ValueError."""
    assert process.stdin is not None and process.stdout is not None
    send(process.stdin, message)
    for text in texts:
        process.stdin.write(text)
    process.stdin.flush()
    answer = process.stdout.readline()
    if not answer:
        raise WorkerFailedError("a worker ended early")
    return json.loads(answer)


def distributed(
    started: Callable[[], Process],
    count: int,
    pieces: Iterator[PieceT],
    give: Callable[[Process, PieceT], object],
    dismiss: Callable[[Process], object] | None = None,
) -> None:
    """``give`` each piece to one of ``count`` processes, and ``dismiss`` each process for which nothing is left.

    Raises WorkerFailedError, OSError.
    """
    lock = Lock()
    failures: list[Exception] = []
    processes: list[Process] = []

    def attend(process: Process) -> None:
        try:
            while not failures:
                with lock:
                    piece = next(pieces, None)
                if piece is None:
                    if dismiss is not None:
                        dismiss(process)
                    return
                give(process, piece)
        except (OSError, ValueError, WorkerFailedError) as error:
            failures.append(error)

    try:
        # one by one, so that those that did start are ended when another one does not
        processes.extend(started() for _ in range(count))
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
    if failures:
        raise WorkerFailedError(*failures)


def start(arguments: Sequence[str]) -> Process:
    return subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def _end(process: Process) -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):
                stream.close()
