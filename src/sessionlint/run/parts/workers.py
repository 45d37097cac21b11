"""Parts of a project in several processes."""

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sessionlint.model import outcome_codec
from sessionlint.model.outcome import Outcome
from sessionlint.run import processes
from sessionlint.run.parts.messages import job_of, task_of
from sessionlint.run.parts.part import Part
from sessionlint.run.processes import Process, WorkerFailedError
from sessionlint.run.request import Request


def checked(
    request: Request, parts: Sequence[Part], count: int, tell: Callable[[str], None]
) -> tuple[Sequence[Outcome], Sequence[Mapping[str, Any]]]:
    """What each part comes to, from ``count`` processes, and where their time went; ``tell`` gets a file of each that is done.

    Raises WorkerFailedError, OSError.
    """
    if not sys.executable:
        raise WorkerFailedError("nobody knows what runs this program")
    found: dict[int, Outcome] = {}
    spent: list[Mapping[str, Any]] = []
    begun: set[int] = set()

    def give(process: Process, piece: tuple[int, Part]) -> None:
        number, part = piece
        if process.pid not in begun:
            begun.add(process.pid)
            processes.asked(process, job_of(request, part.planned))
        message, texts = task_of(part)
        answer = processes.asked(process, message, *texts)
        found[number] = outcome_codec.load(answer["outcome"])
        spent.append(answer["timings"])
        tell(part.planned.files[0])

    largest_first = sorted(enumerate(parts), key=lambda piece: -sum(map(len, piece[1].texts.values())))
    processes.distributed(_started, count, iter(largest_first), give, lambda process: processes.asked(process, None))
    if len(found) < len(parts):
        raise WorkerFailedError("not all was checked")
    return [found[number] for number in range(len(parts))], spent


def _started() -> Process:
    return processes.start(processes.command("sessionlint.run.part_worker"))
