"""A process that parses for another one: paths and texts come in on standard input, facts go out on standard output.

Plain pipes instead of ``multiprocessing``: nothing is forked with half a program in it, nothing has to be unpickled, and
a worker ends as soon as its standard input does, also when the run that started it was killed.
"""

import json
import signal
import sys
from time import perf_counter
from typing import IO

# The worker must find this package where the run that starts it has found it, and must not look into the current
# folder, which may be the checkout under test: -I keeps that, and PYTHON* variables, out.
_CODE = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from sessionlint.run.extraction.worker import serve; serve()"


def command() -> list[str]:
    """What starts a worker."""
    return [sys.executable, "-I", "-c", _CODE, json.dumps([folder for folder in sys.path if folder])]


def send(stream: IO[bytes], message: object) -> None:
    """Write ``message`` as one line of JSON."""
    stream.write(json.dumps(message, separators=(",", ":")).encode("ascii") + b"\n")
    stream.flush()


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
