"""Text and where things stand in it.

Offsets are in characters (code points) of the decoded text without its byte order mark; newlines are kept as they stand
in the file, so an offset means the same to extraction, to a rule and to an edit.
"""

from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from sessionlint.model.records import dataclass
from sessionlint.model.regex import regex

_LINE_END = regex(r"\r\n|\r|\n")


class Span(NamedTuple):
    """A half-open range of character offsets."""

    start: int
    end: int

    def contains(self, other: "Span") -> bool:
        return self.start <= other.start and other.end <= self.end


class Place(NamedTuple):
    """A span in a file; ``path`` is relative to the project root, with forward slashes."""

    path: str
    span: Span


class Position(NamedTuple):
    """What a person or an editor counts: line and column, both from 1, columns in code points."""

    line: int
    column: int


@dataclass(frozen=True)
class Source:
    """One file as it was read: its decoded text and what is needed to write it back byte for byte.

    ``path`` is relative to the project root, with forward slashes; ``encoding`` is a codec name; ``bom`` says whether
    the file began with a UTF-8 byte order mark (which ``text`` does not hold).
    """

    path: str
    text: str
    encoding: str = "utf-8"
    bom: bool = False

    @cached_property
    def _line_starts(self) -> Sequence[int]:
        return [0, *(match.end() for match in _LINE_END.finditer(self.text))]

    def position(self, offset: int) -> Position:
        line = bisect_right(self._line_starts, offset)
        return Position(line, offset - self._line_starts[line - 1] + 1)

    def line_span(self, line: int) -> Span:
        """The extent of a line (counted from 1) without its line ending."""
        starts = self._line_starts
        start = starts[line - 1]
        end = starts[line] if line < len(starts) else len(self.text)
        return Span(start, start + len(self.text[start:end].rstrip("\r\n")))

    def line_text(self, line: int) -> str:
        return self.text[slice(*self.line_span(line))]

    @property
    def line_count(self) -> int:
        return len(self._line_starts)

    def encode(self, text: str) -> bytes:
        """The bytes of ``text`` as this file stores it. Raises UnicodeEncodeError when its encoding cannot."""
        data = text.encode(self.encoding)
        return b"\xef\xbb\xbf" + data if self.bom else data
