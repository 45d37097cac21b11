"""A process that parses for another one: paths and texts come in on standard input, facts go out on standard output."""

import json
import signal
import sys
from time import perf_counter

from sessionlint.run import processes
from sessionlint.run.processes import send


def command() -> list[str]:
    """What starts a worker."""
    return processes.command(__name__)


def serve() -> None:
    """Answer until standard input ends: for ``[[path, text], ...]`` of each text the seconds and the facts, as JSON text."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group; the run decides, and closes the pipe
    from sessionlint.model.source import Source
    from sessionlint.run.cache.store import encoded
    from sessionlint.run.extraction.contained import facts_of

    for line in sys.stdin.buffer:
        answers = []
        for path, text in json.loads(line):
            begun = perf_counter()
            facts = facts_of(Source(path, text))
            answers.append((perf_counter() - begun, encoded(facts)))
        send(sys.stdout.buffer, answers)
