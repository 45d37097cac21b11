"""Standard input, output and error, the doors for all text: colour, width, what must not get out; closed and full streams.

Much of what is told was written by whoever wrote the files under test. What leaves by these doors steers no terminal and is
no command to the CI whose log it ends up in.
"""

import os
import sys
from collections.abc import Callable
from typing import TextIO

from sessionlint.report.colour import ColourChoice, use_colour
from sessionlint.report.look import Look, is_width_known, terminal_width
from sessionlint.report.visible import inert, visible
from sessionlint.run.errors import UsageError

_STANDARD_STREAMS = 3


def write_out(text: str, *, commands: bool = False) -> None:
    """Results, whose pieces a report has made visible, go to standard output. ``commands``: they are meant for a CI to obey.

    When nobody reads them any more (``| head``) that is no error. Raises UsageError when they cannot be written.
    """
    if text:
        _deliver(lambda out: out.write(text if commands else inert(text)))


def write_bytes(data: bytes) -> None:
    """As ``write_out``, for source text, which keeps its own encoding and line endings."""

    def write(out: TextIO) -> None:
        out.flush()
        out.buffer.write(data)

    _deliver(write)


def clear() -> None:
    """Begin with an empty screen, where there is one."""
    if is_terminal(sys.stdout) and os.environ.get("TERM") != "dumb":
        _deliver(lambda out: out.write("\x1b[H\x1b[2J\x1b[3J"))


def _deliver(write: Callable[[TextIO], object]) -> None:
    if sys.stdout is None:
        raise UsageError("standard output is closed")
    try:
        write(sys.stdout)
        sys.stdout.flush()
    except BrokenPipeError:
        silence(sys.stdout)
    except OSError as error:
        silence(sys.stdout)
        raise UsageError(f"standard output cannot be written: {error.strerror}") from None


def say(line: str) -> None:
    """One line of what is not a result goes to standard error, whatever the line holds."""
    show(visible(line))


def show(text: str, *, commands: bool = False) -> None:
    """As ``say``, for lines whose pieces are visible already."""
    if sys.stderr is not None:  # to None, print would write to standard output
        try:
            print(text if commands else inert(text), file=sys.stderr)
        except OSError:
            silence(sys.stderr)


def read_bytes() -> bytes:
    """All of standard input. Raises UsageError."""
    if sys.stdin is None:
        raise UsageError("standard input is closed")
    try:
        return sys.stdin.buffer.read()
    except OSError as error:
        raise UsageError(f"standard input cannot be read: {error.strerror}") from None


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person sits at the other end; Python has no stream where the process was started with it closed."""
    return stream is not None and stream.isatty()


def prepare() -> None:
    """Let no character end the run that the terminal's encoding does not have, and no file take the place of a closed stream.

    What goes to a file or to another program is the same on every system: UTF-8, unless somebody chose something else, and line
    ends as they are. Windows would make cp1252 of a page that says it is UTF-8, and ``\\r\\r\\n`` of a line of a diff.
    """
    for number in range(_STANDARD_STREAMS):
        if not _is_taken(number):
            os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            of_its_own = is_terminal(stream) or os.environ.get("PYTHONIOENCODING", "").partition(":")[0]
            encoding = stream.encoding if of_its_own else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace", newline=None if is_terminal(stream) else "\n")


def _is_taken(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def look_of(stream: TextIO | None, choice: ColourChoice, unsafe_fixes: bool, shown_path: Callable[[str], str]) -> Look:
    isatty = is_terminal(stream)
    colour = use_colour(choice, os.environ, isatty)
    whole = not is_width_known(isatty)
    return Look(terminal_width(isatty), colour, unsafe_fixes, shown_path, terminal=isatty, whole_lines=whole)


def silence(stream: TextIO) -> None:
    """Python flushes its streams at exit; let it do so into nothing."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
