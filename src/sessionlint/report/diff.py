"""A unified diff of changed files, as ruff prints it: ``--- path`` and ``+++ path``, which ``patch -p0`` applies."""

from collections.abc import Iterable, Iterator
from itertools import islice

from sessionlint.model.regex import regex
from sessionlint.model.source import Source
from sessionlint.report.colour import Style
from sessionlint.report.look import Look
from sessionlint.report.visible import visible

_LINE = regex(r"[^\n]*\n|[^\n]+")
_NO_NEWLINE = "\\ No newline at end of file\n"
_OF_TEXT = "\t\n\f\r"


def render(changes: Iterable[tuple[Source, str]], look: Look) -> str:
    """The diff of each (file as it was read, its new text), in the order given.

    In a pipe the lines are byte for byte those of the files, so that the diff can be applied. Only characters that steer a
    terminal are made visible even there, for a pipe may end in a log; a diff of such a line is refused by what applies it.
    In colour or on a terminal, which is for eyes, tabs and form feeds are made visible, too.
    """
    return "".join(line for source, new in changes for line in _file(source, new, look))


def _file(source: Source, new: str, look: Look) -> Iterator[str]:
    import difflib

    diff = difflib.unified_diff(_LINE.findall(source.text), _LINE.findall(new), n=3)
    path = visible(look.shown_path(source.path))
    for marker in islice(diff, 2):
        yield look.paint(f"{marker[:3]} {path}", "strong") + "\n"
    for line in diff:
        yield from _painted(line, look) if look.colour or look.terminal else _plain(line)


def _plain(line: str) -> Iterator[str]:
    line = visible(line, keep=_OF_TEXT)
    yield line if line.endswith("\n") else f"{line}\n"
    if not line.endswith("\n"):
        yield _NO_NEWLINE


def _painted(line: str, look: Look) -> Iterator[str]:
    styles: dict[str, Style] = {"+": "added", "-": "removed", "@": "hunk"}
    style = styles.get(line[0])
    text = line[0] + visible(line[1:].rstrip("\r\n"))
    yield (look.paint(text, style) if style else text) + "\n"
    if not line.endswith("\n"):
        yield _NO_NEWLINE
