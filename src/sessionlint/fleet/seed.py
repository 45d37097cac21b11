"""A process in which everything is imported already, and of which each task gets a copy of its own.

A copy that hangs, or dies, takes nothing with it; it ends when its limits are reached, and when whoever waits for it is gone.
Where a process cannot be copied (Windows), this one does a single task. Plain pipes, as ``run/processes.py`` has them.
"""

import gc
import json
import os
import shutil
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sessionlint.run import processes

_GRACE = 5.0  # seconds for who waits to end it
_IDLE = 60.0
_ONE = 1024 * 1024


def command() -> list[str]:
    """What starts a seed: with our own package, and nothing from the current folder."""
    return processes.command(__name__)


def serve() -> None:
    """Do what comes in on standard input, ``[task, room]`` a line, and tell on standard output, a line for each message."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group; the run decides, and closes the pipe
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    out = _kept_apart()
    _import_everything()
    _tell(out, {"ready": True})
    if not hasattr(os, "fork"):
        task, room = json.loads(sys.stdin.buffer.readline())
        _perform(task, room, out)
        return
    while _comes_more() and (line := sys.stdin.buffer.readline()):
        task, room = json.loads(line)
        child = os.fork()
        if not child:
            _be_the_copy(task, room, out)
        _tell(out, {"process": child})
        _, status, usage = os.wait4(child, 0)
        spent = {"cpu": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss // (_ONE if sys.platform == "darwin" else 1024)}
        _tell(out, {"ended": os.waitstatus_to_exitcode(status), **spent})


def _comes_more() -> bool:
    """Whether anybody still wants something: the worker of a cluster stays when a fleet is done, and need not keep us."""
    from select import select

    return bool(select([0], [], [], _IDLE)[0])


def _kept_apart() -> int:
    """Standard output, where nobody who prints comes upon it."""
    out = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return out


def _import_everything() -> None:
    """What a task needs, or may need: fixes are imported where something is found, and libraries where a file asks for them."""
    from importlib import import_module
    from pkgutil import walk_packages

    import sessionlint.edits
    import sessionlint.rules

    for name in ("extract.module", "fleet.task", "run.analysis", "run.looking_back", "run.settings.toml"):
        import_module(f"sessionlint.{name}")
    for package in (sessionlint.rules, sessionlint.edits):
        for module in walk_packages(package.__path__, f"{package.__name__}."):
            import_module(module.name)
    gc.collect()
    gc.freeze()  # what is there stays, so that a copy need not look at it, and copies no page for that


def _be_the_copy(task: Mapping[str, Any], room: str, out: int) -> None:
    """Never returns."""
    code = 1
    try:
        from threading import Thread

        os.setsid()
        # if it hangs where no other thread gets a turn: the system ends it
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, task["limits"]["timeout"] + _GRACE)
        Thread(target=_end_with_whoever_waits, args=(room,), daemon=True).start()
        _perform(task, room, out)
        code = 0
    finally:
        shutil.rmtree(room, ignore_errors=True)  # who waits does so, too, if it is still there
        os._exit(code)


def _end_with_whoever_waits(room: str) -> None:
    """Nothing more comes in while this task is done: all that can happen to standard input is that it is closed."""
    from select import poll

    waiting = poll()
    waiting.register(0, 0)
    waiting.poll()
    shutil.rmtree(room, ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


def _perform(task: Mapping[str, Any], room: str, out: int) -> None:
    from sessionlint.fleet.task import Task, limit_memory, perform

    read = Task.decoded(task)
    limit_memory(read.limits.memory)
    perform(read, Path(room), lambda told: _tell(out, told))


def _tell(out: int, told: Mapping[str, Any]) -> None:
    """A line of its own, also behind one that somebody could not write to its end."""
    data = memoryview(b"\n" + json.dumps(told, separators=(",", ":")).encode("ascii") + b"\n")
    while data:
        data = data[os.write(out, data) :]
