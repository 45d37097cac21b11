"""Tokens of a text that need not parse, strings among them, in one pass.

A quote that nothing closes is no string, and what follows it is read as if it were not there. To find that out takes a look at
all that follows, up to where the string would have to end; so that is remembered, or each such quote would take that look.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from sessionlint.model.regex import regex

# in this order: an empty string before a third quote is what is left of three that nothing closes
_STRINGS = {
    "'''": r"'''(?:\\.|[^\\])*?'''",
    '"""': r"\"\"\"(?:\\.|[^\\])*?\"\"\"",
    "": r"(?P<empty>''(?=')|\"\"(?=\"))",
    "'": r"'(?:\\.|[^'\\\r\n])*'",
    '"': r"\"(?:\\.|[^\"\\\r\n])*\"",
}
_UNCLOSED: Mapping[str | None, int] = {"empty": 3, "single": 1}
_BODIES = {quote: regex(rf"(?:[^{quote}\\\r\n]+|\\.)*", re.DOTALL) for quote in ("'", '"')}


def tokens(text: str, others: str) -> "Iterator[re.Match[str]]":
    """The matches of comments, strings and ``others`` (an expression); the groups tell them apart, a string is in none."""
    ends: dict[str, int] = {}  # quotes, and up to where nothing closes them
    offset = 0
    while True:
        nearest = min(ends.values(), default=len(text))
        for token in _expression(others, tuple(sorted(ends))).finditer(text, offset):
            if ends and token.start() >= nearest:
                offset = token.start()
                break
            yield token
            if token.lastgroup in _UNCLOSED and (quote := token[0][0] * _UNCLOSED[token.lastgroup]) not in ends:
                offset = token.end()
                ends[quote] = _end(text, quote, offset)
                break
        else:
            return
        ends = {quote: end for quote, end in ends.items() if end > offset}


@lru_cache(maxsize=64)
def _expression(others: str, unclosed: tuple[str, ...]) -> "re.Pattern[str]":
    strings = "|".join(string for quote, string in _STRINGS.items() if quote not in unclosed)
    return re.compile(rf"(?P<comment>#[^\r\n]*)|{strings}|(?P<single>['\"])|{others}", re.DOTALL)


def _end(text: str, quote: str, offset: int) -> int:
    """Where a string that ``quote`` begins, ``offset`` behind its first quotes, would have to be closed by."""
    body = _BODIES[quote].match(text, offset) if len(quote) == 1 else None
    return body.end() if body is not None else len(text)
