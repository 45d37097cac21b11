"""Tokens of Python text, with character offsets, alike on every Python version.

The standard ``tokenize`` counts in rows, reads only the syntax of its own Python and treats f-strings differently from
3.12 on. Edits need little: where names, strings, comments, brackets and logical lines are. The text is known to parse.
"""

import re
from collections.abc import Iterator
from typing import Literal

from sessionlint.model.records import dataclass
from sessionlint.model.regex import regex

TokenKind = Literal["name", "number", "string", "comment", "op", "newline"]

_TOKEN = regex(
    r"""[ \t\f]*(?:\\(?:\r\n|\r(?!\n)|\n)[ \t\f]*)*
    (?:(?P<newline>\r\n|\r|\n)
    |(?P<comment>\#[^\r\n]*)
    |(?P<string>(?P<prefix>[rRbBuUfFtT]{0,2})(?P<quote>\"\"\"|'''|"|'))
    |(?P<name>[^\W\d]\w*)
    |(?P<number>\.?\d[\w.]*)
    |(?P<op>:=|[-+*/%@&|^<>=!]=|[^ \t\f\r\n\\]|\\(?![\r\n])))""",
    re.VERBOSE,
)
_PLAIN = {quote: regex(rf"(?:\\.|(?!{quote}).)*{quote}", re.DOTALL) for quote in ('"""', "'''", '"', "'")}
_MOST_FIELDS = 30


@dataclass(frozen=True, slots=True)
class Token:
    """``nested``: it stands inside an f-string, whose own token comes before it and covers it.

    A ``newline`` inside brackets has ``depth`` above 0: the logical line goes on. ``depth`` of a bracket is the outer one.
    """

    kind: TokenKind
    start: int
    end: int
    text: str
    depth: int = 0
    nested: bool = False


def tokens(text: str) -> tuple[Token, ...]:
    """All tokens of ``text``, without blanks and continuation backslashes."""
    return tuple(_Lexer(text).scan(0, nested=False))


class _Lexer:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self._fields = 0  # those around the position

    def scan(self, start: int, *, nested: bool) -> Iterator[Token]:
        """Tokens from ``start``; a nested scan ends before the ``}``, ``:`` or ``!`` that ends a replacement field."""
        self.position, depth = start, 0
        next_token, whole = _TOKEN.match, self.text
        while match := next_token(whole, self.position):
            kind: TokenKind = match.lastgroup  # type: ignore[assignment]  # each alternative is a group that is called so
            if kind == "string":
                yield from self._string(match, depth, nested)
                continue
            first, end = match.span(kind)
            text = whole[first:end]
            if kind != "op":
                self.position = end
                yield Token(kind, first, end, text, depth, nested)
                continue
            if nested and depth == 0 and text in ("}", ":", "!"):
                self.position = first
                return
            self.position = end
            depth -= text in (")", "]", "}")
            yield Token(kind, first, end, text, depth, nested)
            depth += text in ("(", "[", "{")

    def _string(self, match: re.Match[str], depth: int, nested: bool) -> Iterator[Token]:
        inner: list[Token] = []
        if set(match["prefix"].lower()) & {"f", "t"}:
            self.position = match.end()
            inner += self._literal(match["quote"], raw="r" in match["prefix"].lower())
        else:
            body = _PLAIN[match["quote"]].match(self.text, match.end())
            self.position = body.end() if body else len(self.text)
        start = match.start("string")
        yield Token("string", start, self.position, self.text[start : self.position], depth, nested)
        yield from inner

    def _literal(self, quote: str, *, raw: bool) -> Iterator[Token]:
        """The literal part of an f-string up to behind its closing quote, with the tokens of its replacement fields."""
        text = self.text
        while self.position < len(text):
            if text.startswith(quote, self.position):
                self.position += len(quote)
                return
            if text[self.position] == "\\" and not text.startswith(("\\{", "\\N{"), self.position):
                self.position += 2
            elif text.startswith("\\N{", self.position) and not raw:
                self.position = text.find("}", self.position) + 1 or len(text)
            elif text.startswith(("{{", "}}"), self.position):
                self.position += 2
            elif text[self.position] == "{":
                yield from self._field(quote)
            else:
                self.position += 1

    def _field(self, quote: str) -> Iterator[Token]:
        """A replacement field; one that lies in more others than anybody writes is a mere brace."""
        if self._fields == _MOST_FIELDS:
            self.position += 1
            return
        self._fields += 1
        yield from self._in_field(quote)
        self._fields -= 1

    def _in_field(self, quote: str) -> Iterator[Token]:
        yield from self.scan(self.position + 1, nested=True)
        text = self.text
        while self.position < len(text) and text[self.position] != "}":
            if text.startswith(quote, self.position):  # not a field after all: leave the string to its end
                return
            if text[self.position] == "{":
                yield from self._field(quote)
            else:
                self.position += 1
        self.position += 1
