"""Physical and logical lines of a text, its newline and its indentation."""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from operator import attrgetter

from sessionlint.model.regex import regex
from sessionlint.model.source import Span
from sessionlint.text.lexer import Token, tokens

_LINE_END = regex(r"\r\n|\r|\n")
_BLANKS = regex(r"[ \t\f]*")
_START = attrgetter("start")


@lru_cache(maxsize=4)
def lines_of(text: str) -> "Lines":
    """The lines of a text. The findings of one file come together, so that a few texts are enough to remember."""
    return Lines(text)


class Lines:
    """What edits ask about the layout of one text. Offsets in, offsets out."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0, *(match.end() for match in _LINE_END.finditer(text))]

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        return tokens(self.text)

    def tokens_from(self, offset: int) -> Iterator[Token]:
        """The tokens that begin at ``offset`` or behind it."""
        found = self.tokens
        return (found[index] for index in range(bisect_left(found, offset, key=_START), len(found)))

    def tokens_before(self, offset: int) -> Iterator[Token]:
        """The tokens that end at ``offset`` or before it, the last one first."""
        found = self.tokens
        ahead = (found[index] for index in reversed(range(bisect_left(found, offset, key=_START))))
        return (token for token in ahead if token.end <= offset)

    def tokens_in(self, span: Span) -> list[Token]:
        """The tokens that lie in ``span``."""
        first, behind = (bisect_left(self.tokens, offset, key=_START) for offset in span)
        return [token for token in self.tokens[first:behind] if token.end <= span.end]

    @cached_property
    def identifiers(self) -> Mapping[str, Sequence[Span]]:
        """Where each identifier stands, other than as an attribute; keywords of calls count."""
        found: dict[str, list[Span]] = defaultdict(list)
        previous = ""
        for token in self.tokens:
            if token.kind == "name" and previous != ".":
                found[token.text].append(Span(token.start, token.end))
            previous = token.text
        return found

    @cached_property
    def newline(self) -> str:
        """The line ending the text uses most."""
        found: Counter[str] = Counter(_LINE_END.findall(self.text))
        return found.most_common(1)[0][0] if found else "\n"

    def start(self, offset: int) -> int:
        """Where the physical line of ``offset`` starts."""
        return self.starts[bisect_right(self.starts, offset) - 1]

    def next(self, offset: int) -> int:
        """Where the physical line behind that of ``offset`` starts; the length of the text behind the last."""
        index = bisect_right(self.starts, offset)
        return self.starts[index] if index < len(self.starts) else len(self.text)

    def end(self, offset: int) -> int:
        """Where the physical line of ``offset`` ends, before its line ending."""
        start = self.start(offset)
        return start + len(self.text[start : self.next(offset)].rstrip("\r\n"))

    @cached_property
    def width(self) -> int:
        """That of the widest line."""
        return max(self.end(offset) - offset for offset in self.starts)

    def margin(self, offset: int) -> int:
        """Where the indentation of the line of ``offset`` starts: behind the last form feed before its code, if there is one."""
        blanks = _BLANKS.match(self.text, self.start(offset))
        return self.text.rfind("\f", blanks.start(), blanks.end()) + 1 or blanks.start() if blanks else self.start(offset)

    def indent(self, offset: int) -> str:
        """The blanks that the line of ``offset`` is indented by."""
        found = _BLANKS.match(self.text, self.margin(offset))
        return found.group() if found else ""

    def is_blank(self, offset: int) -> bool:
        """Whether the line of ``offset`` holds nothing but blanks."""
        return not self.text[self.start(offset) : self.end(offset)].strip()

    @cached_property
    def logical(self) -> tuple[Span, ...]:
        """The logical lines, from their first token to behind their last one (comments do not count)."""
        found, first, last = [], -1, -1
        for token in self.tokens:
            if token.nested or token.kind == "comment":
                continue
            if token.kind != "newline":
                first, last = (token.start if first < 0 else first), token.end
            elif token.depth == 0 and first >= 0:
                found.append(Span(first, last))
                first = -1
        return (*found, Span(first, last)) if first >= 0 else tuple(found)

    def logical_of(self, offset: int) -> Span:
        """The logical line that ``offset`` lies in, or the last one before it."""
        return self.logical[max(0, bisect_right(self.logical, Span(offset, len(self.text) + 1)) - 1)]

    def stands_alone(self, span: Span) -> bool:
        """Whether ``span`` starts its logical line and ends one: no ``;``, no ``if x:`` before it, nothing behind."""
        return self.logical_of(span.start).start == span.start and self.logical_of(span.end - 1).end == span.end

    def comment_behind(self, end: int) -> Token | None:
        """The comment behind ``end`` on its line."""
        index = bisect_right(self.tokens, end - 1, key=_START)
        following = self.tokens[index] if index < len(self.tokens) else None
        return following if following and following.kind == "comment" and following.end == self.end(end) else None

    def comments_in(self, span: Span) -> list[Token]:
        return [token for token in self.tokens_in(span) if token.kind == "comment"]

    def inside_string(self, offset: int) -> bool:
        """Whether ``offset`` lies behind the start of a string and before its end."""
        index = bisect_right(self._string_starts, offset - 1)
        return index > 0 and offset < self._strings[index - 1].end

    @cached_property
    def _strings(self) -> list[Token]:
        return [token for token in self.tokens if token.kind == "string" and not token.nested]

    @cached_property
    def _string_starts(self) -> list[int]:
        return [token.start for token in self._strings]

    @cached_property
    def indent_unit(self) -> str:
        """One level of indentation, as most blocks of the text have it; four spaces when there is no block."""
        found: Counter[str] = Counter()
        previous = ""
        for line in self.logical:
            indent = self.indent(line.start)
            if indent.startswith(previous) and indent != previous:
                found[indent[len(previous) :]] += 1
            previous = indent
        return found.most_common(1)[0][0] if found else "    "

    def unit_for(self, indent: str) -> str:
        """One level of indentation inside a block indented by ``indent``, never tabs under spaces or the reverse."""
        if indent and set(indent) == {"\t"}:
            return "\t"
        return "    " if " " in indent and "\t" in self.indent_unit else self.indent_unit

    def deeper_comments_behind(self, end: int, indent: str) -> int:
        """Where the own-line comments behind ``end`` stop that are indented deeper than ``indent``; ``end`` without any."""
        offset = self.next(end)
        while offset < len(self.text):
            own = self.indent(offset)
            is_comment = self.text.startswith("#", self.margin(offset) + len(own))
            if not self.is_blank(offset) and not (is_comment and own.startswith(indent) and own != indent):
                break
            end = self.end(offset) if is_comment else end
            if self.next(offset) == offset:
                break
            offset = self.next(offset)
        return end
