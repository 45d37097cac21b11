"""Places of a text as an editor counts them: lines from 0, and characters in the units that it has agreed to."""

from lsprotocol.types import Position, PositionEncodingKind, Range

from sessionlint.model.source import Source, Span

_UNITS = {
    PositionEncodingKind.Utf8: ("utf-8", 1),
    PositionEncodingKind.Utf16: ("utf-16-le", 2),
    PositionEncodingKind.Utf32: ("utf-32-le", 4),
}


class Positions:
    """Translates for one client."""

    def __init__(self, encoding: PositionEncodingKind | str) -> None:
        self._codec, self._size = _UNITS[PositionEncodingKind(encoding)]

    def range(self, source: Source, span: Span) -> Range:
        """Where a span of characters lies."""
        return Range(self.position(source, span.start), self.position(source, span.end))

    def position(self, source: Source, offset: int) -> Position:
        """Where a character stands; the end of the text, if that comes first."""
        found = source.position(min(offset, len(source.text)))
        before = source.text[offset - found.column + 1 : offset]
        return Position(found.line - 1, self._units(before))

    def offset(self, source: Source, position: Position) -> int:
        """The character at a position; the end of the line, or of the text, if that comes first."""
        if position.line >= source.line_count:
            return len(source.text)
        span = source.line_span(position.line + 1)
        units = 0
        for offset in range(*span):
            if units >= position.character:
                return offset
            units += self._units(source.text[offset])
        return span.end

    def _units(self, text: str) -> int:
        return len(text.encode(self._codec, "surrogatepass")) // self._size
