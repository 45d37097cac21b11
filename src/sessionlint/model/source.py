"""Text and where things stand in it.

Offsets are in characters (code points) of the decoded text without its byte order mark; newlines are kept as they stand
in the file, so an offset means the same to extraction, to a rule and to an edit.
"""

from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

from sessionlint.model.regex import regex

_LINE_END = regex(r"\r\n|\r|\n")


@lru_cache(maxsize=16)
def _decoded(data: bytes) -> str:
    """Whoever asks for a text asks again soon."""
    return data.decode("utf-8", "surrogatepass")


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


class Source:
    """One file as it was read: its decoded text and what is needed to write it back byte for byte.

    ``path`` is relative to the project root, with forward slashes; ``encoding`` is a codec name; ``bom`` says whether
    the file began with a UTF-8 byte order mark (which ``text`` does not hold); ``data`` is the text in UTF-8.

    Only that is kept, for files are searched in it, and it is decoded for as long as somebody looks at it: one character that
    is not ASCII makes a text two to four times as large, and once it was parsed Python keeps a copy in UTF-8 beside it.
    Who has read the very bytes hands them over as ``data``.
    """

    def __init__(self, path: str, text: str, encoding: str = "utf-8", bom: bool = False, data: bytes | None = None) -> None:
        self.path = path
        self.encoding = encoding
        self.bom = bom
        self.data = text.encode("utf-8", "surrogatepass") if data is None else data

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Source) and self._values() == other._values()

    def __hash__(self) -> int:
        return hash(self._values())

    def _values(self) -> tuple[object, ...]:
        return self.path, self.data, self.encoding, self.bom

    @property
    def text(self) -> str:
        return _decoded(self.data)

    def mentions(self, word: str) -> bool:
        """Whether ``word`` stands in the text."""
        return word.encode("utf-8", "surrogatepass") in self.data

    def with_text(self, text: str) -> "Source":
        return Source(self.path, text, self.encoding, self.bom)

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
