"""A file system on which any step can fail, be interrupted, or be the last that the run comes to.

The steps are counted as they are made, so a new one is tried as soon as it is there. Nothing is synced in truth.
"""

import errno
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

import pytest

Step: TypeAlias = Callable[[], Any]
Fault: TypeAlias = Callable[[Step], Any]
"""Is given the step that it happens at, and may take it."""

CHANGING = ("mkdir", "write", "fsync", "replace", "link", "unlink", "chmod", "chown")


def _unharmed(step: Step) -> Any:
    return step()


class Killed(BaseException):
    """The run is no more: no step after this one is taken, and no handler gets one done."""


def before(failure: BaseException) -> Fault:
    def fault(step: Step) -> Any:
        raise failure

    return fault


def after(failure: BaseException) -> Fault:
    def fault(step: Step) -> Any:
        step()
        raise failure

    return fault


def signalled(number: int) -> Fault:
    """A real signal arrives in the step."""

    def fault(step: Step) -> Any:
        signal.raise_signal(number)
        return step()

    return fault


ERRORS = {code: before(OSError(code, os.strerror(code))) for code in (errno.ENOSPC, errno.EIO, errno.EACCES)}
INTERRUPTS = (before(KeyboardInterrupt()), after(KeyboardInterrupt()))
KILLS = (before(Killed()), after(Killed()))


class Steps:
    """How many there were, and what happens at some of them (from 1); from ``ever`` on, it happens at each."""

    def __init__(self, faults: dict[int, Fault], ever: int | None) -> None:
        self._faults, self._ever, self._killed, self.count = faults, ever, False, 0

    def take(self, step: Step) -> Any:
        self.count += 1
        if self._killed:
            raise Killed
        at = self._ever if self._ever is not None and self.count > self._ever else self.count
        try:
            return self._faults.get(at, _unharmed)(step)
        except Killed:
            self._killed = True
            raise


@contextmanager
def faulty(faults: dict[int, Fault], *, reading: bool = False, ever: int | None = None) -> Iterator[Steps]:
    """Everything that changes the disk is a step; with ``reading``, to open a file or a folder is one, too."""
    steps, real_open = Steps(faults, ever), os.open

    def opened(path: Any, flags: int, *arguments: Any, **named: Any) -> Any:
        def step() -> int:
            return real_open(path, flags, *arguments, **named)

        return steps.take(step) if reading or flags & os.O_CREAT else step()

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "open", opened)
        for name in CHANGING:
            if hasattr(os, name):
                patched.setattr(os, name, _counted(steps, getattr(os, name) if name != "fsync" else lambda descriptor: None))
        yield steps


def _counted(steps: Steps, real: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *arguments, **named: steps.take(lambda: real(*arguments, **named))
