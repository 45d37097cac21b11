"""A process that checks parts of a project for another one: what to do comes in on standard input, outcomes go out."""

import gc
import json
import signal
import sys
from collections.abc import Mapping
from typing import Any

from sessionlint.model import outcome_codec
from sessionlint.run import processes
from sessionlint.run.looking import check_part
from sessionlint.run.parts.messages import begun, part_of
from sessionlint.run.parts.part import Part
from sessionlint.run.request import Request
from sessionlint.run.timings import Timings


def serve() -> None:
    """Answer until standard input ends: first to what ``job_of`` says, then to each part; to null when what is worth keeping is
    to be kept."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group; the run decides, and ends this process
    stream, answers = sys.stdin.buffer, sys.stdout.buffer
    request, planned = begun(json.loads(stream.readline()))
    processes.send(answers, None)
    while (line := stream.readline()) and (task := json.loads(line)) is not None:
        gc.collect()  # what the project before held goes in circles
        processes.send(answers, _checked(request, part_of(task, planned, stream)))
    if planned.store is not None:
        planned.store.close()
    processes.send(answers, None)


def _checked(request: Request, part: Part) -> Mapping[str, Any]:
    timings = Timings()
    timings.stages["start"] = 0.0  # this process began with another part
    outcome = check_part(request, part, timings)
    told = {"stages": timings.stages, "files": timings.files, "rules": timings.rules}
    return {"outcome": outcome_codec.dump(outcome), "timings": told}
