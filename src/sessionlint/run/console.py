"""Standard output and error: colour, width, closed pipes."""

import os
import sys
from collections.abc import Callable
from typing import TextIO

from sessionlint.report.colour import ColourChoice, use_colour
from sessionlint.report.look import Look, terminal_width


def write_out(text: str) -> None:
    """Results go to standard output. When nobody reads them any more (``| head``) that is no error."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _silence(sys.stdout)


def write_bytes(data: bytes) -> None:
    """As ``write_out``, for source text, which keeps its own encoding and line endings."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        _silence(sys.stdout)


def say(text: str) -> None:
    """Everything that is not a result goes to standard error."""
    try:
        print(text, file=sys.stderr)
    except BrokenPipeError:
        _silence(sys.stderr)


def prepare() -> None:
    """Let no character end the run that the terminal's encoding does not have."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def look_of(stream: TextIO, choice: ColourChoice, unsafe_fixes: bool, shown_path: Callable[[str], str]) -> Look:
    isatty = stream.isatty()
    return Look(terminal_width(isatty), use_colour(choice, os.environ, isatty), unsafe_fixes, shown_path, terminal=isatty)


def _silence(stream: TextIO) -> None:
    """Python flushes its streams at exit; let it do so into nothing."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
