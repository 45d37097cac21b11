"""Taking options out of the query of a URL that stands in the code as text."""

from collections.abc import Sequence
from typing import NamedTuple

from sessionlint.model.finding import Edit
from sessionlint.model.regex import regex
from sessionlint.model.source import Place, Source, Span
from sessionlint.text.lexer import Token
from sessionlint.text.lines import lines_of

_OPENING = regex(r"([a-zA-Z]*)(\"\"\"|'''|\"|')")
_OPTION = regex(r"[?&]([a-z_]+)=([\w.+-]*|\{[\w.]+\})(?=&|$)")


class Option(NamedTuple):
    """``name=value`` in a query; ``start`` (its ``?`` or ``&``) and ``end`` count in the joined text of the strings."""

    name: str
    value: str
    start: int
    end: int


class UrlText:
    """The text inside the quotes of all string literals of one expression, joined, and where each character stands."""

    def __init__(self, source: Source, span: Span) -> None:
        self.source = source
        lines = lines_of(source.text)
        self.strings = [token for token in lines.tokens_in(span) if token.kind == "string" and not token.nested]
        self.offsets = [offset for token in self.strings for offset in range(*_content(token))]
        self.text = "".join(source.text[offset] for offset in self.offsets)

    def options(self, name: str) -> list[Option]:
        """Every plain ``name=value`` (or ``name={expression}``) in the query."""
        found = _OPTION.finditer(self.text)
        return [Option(one[1], one[2], one.start(), one.end()) for one in found if one[1] == name]

    def without(self, options: Sequence[Option]) -> tuple[Edit, ...] | None:
        """The edits that take ``options`` out with their separators; a string of which nothing is left goes as a whole."""
        gone = {place for option in options for place in range(option.start, option.end)}
        if any(self.text[option.start] == "?" and self._follows(option, gone) is None for option in options):
            return None
        edits = [edit for index in range(len(self.strings)) for edit in self._cut(index, gone)]
        for option in options:
            following = self._follows(option, gone) if self.text[option.start] == "?" else len(self.text)
            if following is not None and following < len(self.text):
                edits.append(self._edit(self.offsets[following], self.offsets[following] + 1, "?"))
        return tuple(sorted(edits, key=lambda edit: edit.place.span))

    def _follows(self, option: Option, gone: set[int]) -> int | None:
        """The place of the separator that the next option starts with, the length of the text behind the last; None: unclear."""
        place = option.end
        while place in gone:
            place += 1
        return place if place == len(self.text) or self.text[place] == "&" else None

    def _cut(self, index: int, gone: set[int]) -> list[Edit]:
        first = sum(_length(token) for token in self.strings[:index])
        token, places = self.strings[index], range(first, first + _length(self.strings[index]))
        if index and places and all(place in gone for place in places):
            return [self._edit(self.strings[index - 1].end, token.end, "")]
        runs: list[list[int]] = []
        for place in places:
            if place in gone:
                if runs and runs[-1][-1] == place - 1:
                    runs[-1].append(place)
                else:
                    runs.append([place])
        edits = [self._edit(self.offsets[run[0]], self.offsets[run[-1]] + 1, "") for run in runs]
        kept = "".join(self.text[place] for place in places if place not in gone)
        if edits and "f" in _prefix(token).lower() and not set(kept) & set("{}"):  # an f-string without a field any more
            start = token.start + _prefix(token).lower().index("f")
            edits.append(self._edit(start, start + 1, ""))
        return edits

    def joins_only_strings(self) -> bool:
        """Whether nothing but white space stands between the literals: no operator, no comment."""
        pairs = zip(self.strings, self.strings[1:], strict=False)
        return all(not self.source.text[one.end : other.start].strip(" \t\f\r\n\\") for one, other in pairs)

    def _edit(self, start: int, end: int, text: str) -> Edit:
        return Edit(Place(self.source.path, Span(start, end)), text)


def _prefix(token: Token) -> str:
    found = _OPENING.match(token.text)
    return found[1] if found else ""


def _content(token: Token) -> tuple[int, int]:
    found = _OPENING.match(token.text)
    assert found is not None
    return token.start + found.end(), token.end - len(found[2])


def _length(token: Token) -> int:
    start, end = _content(token)
    return end - start
