"""Comments and logical lines, told from the text alone, so that they are known of files which do not parse, too."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator

from sessionlint.model.regex import regex
from sessionlint.model.source import Span
from sessionlint.text.loose_tokens import tokens

_OTHERS = (
    r"(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<continuation>\\\r?\n|\\\r)|(?P<newline>\r\n?|\n)"
    r"|(?P<other>[^\s#'\"()\[\]{}\\](?:[^#'\"()\[\]{}\\\r\n]*[^\s#'\"()\[\]{}\\])?|[^\s])"
)
_LINE_END = regex(r"[\r\n]")


class LogicalLines:
    """The comments of a text and its logical lines, a definition's header being one with its decorators; in ``plain`` each is a
    line of its own."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.comments: list[Span] = []
        self.plain: list[Span] = list(self._scan())
        self._lines: list[Span] = list(self._joined(self.plain))
        self._starts = [line.start for line in self._lines]

    def _scan(self) -> Iterator[Span]:
        depth = 0
        start: int | None = None
        end = 0
        for token in tokens(self._text, _OTHERS):
            kind = token.lastgroup
            if kind == "comment":
                self.comments.append(Span(*token.span()))
            elif kind == "newline":
                if depth == 0 and start is not None:
                    yield Span(start, end)
                    start = None
            elif kind != "continuation":
                depth = max(depth + (kind == "open") - (kind == "close"), 0)
                start = token.start() if start is None else start
                end = token.end()
        if start is not None:
            yield Span(start, end)

    def _joined(self, lines: Iterable[Span]) -> Iterator[Span]:
        decorated: int | None = None
        for line in lines:
            if self._text[line.start] == "@":
                decorated = line.start if decorated is None else decorated
            else:
                yield line if decorated is None else Span(decorated, line.end)
                decorated = None

    def holding(self, offset: int) -> Span | None:
        """The logical line in which a place lies; None for one between two."""
        index = bisect_right(self._starts, offset)
        line = self._lines[index - 1] if index else None
        return line if line is not None and offset <= line.end else None

    def covered_by(self, comment: Span) -> Span:
        """The logical line that holds ``comment`` or that it follows on its line; else the next one; else nothing."""
        index = bisect_right(self._starts, comment.start)
        if index:
            line = self._lines[index - 1]
            if comment.start < line.end or not _LINE_END.search(self._text, line.end, comment.start):
                return line
        return self._lines[index] if index < len(self._lines) else Span(comment.end, comment.end)
