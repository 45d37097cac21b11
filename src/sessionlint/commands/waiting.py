"""What is told to whoever waits: on a terminal a bar that is drawn anew again and again, elsewhere a line now and then.

A thread of its own looks up what the run is at, so that the run pays next to nothing for it and something is shown however long
one step takes. What is on the screen for a while only is wiped away before anything else is written.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Event, RLock, Thread
from types import TracebackType
from typing import Protocol, TextIO

from sessionlint.commands.console import is_terminal, say
from sessionlint.report.visible import cells, inert, visible, width
from sessionlint.run.timings import Doing

_WORDS: Mapping[str, str] = {
    "start": "starting",
    "discover": "looking for files",
    "read": "reading",
    "cache": "looking into the cache",
    "prefilter": "looking for sessions",
    "parse": "parsing",
    "link": "linking",
    "rules": "checking",
    "fix": "fixing",
    "report": "reporting",
    "fleet": "checking",
}
_BAR = 20  # cells
_USUAL = 80


# seconds until something is shown, and until it is shown anew
ON_TERMINAL = (1.0, 0.1)
ELSEWHERE = (5.0, 30.0)


def is_anybody_waiting(quiet: bool, environment: Mapping[str, str]) -> bool:
    """Nothing is told to machines, nor to people who want to hear nothing."""
    return not quiet and not any(environment.get(name) for name in ("CI", "PRE_COMMIT"))


class AtWork(Protocol):
    """A run, or whatever else takes long."""

    @property
    def doing(self) -> Doing: ...


class Waiting:
    """While it is entered, tells on standard error what the run of ``timings`` is at."""

    def __init__(self, timings: AtWork) -> None:
        self._timings = timings
        self._terminal = sys.stderr if is_terminal(sys.stderr) and os.environ.get("TERM") != "dumb" else None
        self._ended = Event()
        self._writing = RLock()
        self._drawn = ""  # what stands on the screen
        self._thread = Thread(target=self._tell, daemon=True)

    def __enter__(self) -> "Waiting":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._ended.set()
        with self._writing:
            self._wipe()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """For what is written, or asked, meanwhile."""
        with self._writing:
            self._wipe()
            yield

    def _tell(self) -> None:
        pause, again = ON_TERMINAL if self._terminal else ELSEWHERE
        while not self._ended.wait(pause):
            pause = again
            with self._writing:
                if self._ended.is_set():
                    return
                if self._terminal:
                    self._draw(self._terminal)
                else:
                    self._say()

    def _say(self) -> None:
        say(f"still at work: {sentence(self._timings.doing)}")

    def _draw(self, terminal: TextIO) -> None:
        # the last column stays free: what reaches it may begin a new line, which would stay on the screen
        line = bar(self._timings.doing, _columns(terminal) - 1, terminal.encoding)
        if line != self._drawn:
            self._write(terminal, f"\r{line}{' ' * (width(self._drawn) - width(line))}")
            self._drawn = line

    def _wipe(self) -> None:
        if self._terminal and self._drawn:
            self._write(self._terminal, f"\r{' ' * width(self._drawn)}\r")
            self._drawn = ""

    def _write(self, terminal: TextIO, text: str) -> None:
        try:
            terminal.write(text)
            terminal.flush()
        except (OSError, ValueError):  # the terminal has gone
            self._ended.set()


def bar(doing: Doing, columns: int, encoding: str = "utf-8") -> str:
    """One line of at most ``columns`` cells: the stage, how much of it is done, and which file or rule it is at."""
    word, line = _WORDS[doing.stage], ""
    if doing.total:
        full = _BAR * doing.done // doing.total
        line = f"[{'#' * full}{'-' * (_BAR - full)}] {doing.done:,}/{doing.total:,}"
    text = " ".join(part for part in (word, line, doing.what) if part)
    return _cut(text.encode(encoding, "backslashreplace").decode(encoding), columns)


def sentence(doing: Doing) -> str:
    """The same for a log."""
    counted = f", {doing.done:,} of {doing.total:,}" if doing.total else ""
    return f"{_WORDS[doing.stage]}{counted}{f', {doing.what}' if doing.what else ''}"


def _columns(terminal: TextIO) -> int:
    try:
        return os.get_terminal_size(terminal.fileno()).columns or _USUAL
    except (OSError, ValueError):
        return _USUAL


def _cut(text: str, columns: int) -> str:
    """``text``, made visible, as far as it fits."""
    shown, taken = [], 0
    for cell in cells(inert(visible(text))):
        taken += width(cell)
        if taken > columns:
            break
        shown.append(cell)
    return "".join(shown)
