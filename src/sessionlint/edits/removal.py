"""Taking statements out of a text: cuts that leave comments and a valid block behind."""

import re
from collections.abc import Collection
from typing import NamedTuple

from sessionlint.model.facts import Block, Statement
from sessionlint.model.regex import regex
from sessionlint.model.source import Span
from sessionlint.text.lexer import Token
from sessionlint.text.lines import Lines

_PRAGMA = regex(r"#\s*(?:noqa(?:\s*:(?:[\s,]*[A-Z]+[0-9]+)*\s*)?|sessionlint:.*)", re.IGNORECASE)


class CannotError(Exception):
    """The surgery would lose something; caught where the public functions return None."""


class Cut(NamedTuple):
    """Replace ``start:end`` by ``text``."""

    start: int
    end: int
    text: str = ""


def is_pragma(comment: Token) -> bool:
    """Whether the comment only speaks to a linter about its own line, so that it goes with it."""
    return bool(_PRAGMA.fullmatch(comment.text))


def cuts_of(lines: Lines, dropped: Collection[Statement], block: Block) -> list[Cut]:
    """The cuts that take ``dropped``, elements of ``block``, out. Raises CannotError."""
    gone = [statement for statement in block if any(statement is one for one in dropped)]
    cuts = []
    if len(gone) == len(block):
        cuts.append(Cut(*_without_comments(lines, gone[0].span), "pass"))
        gone = gone[1:]
    return cuts + [_cut(lines, statement.span) for statement in gone]


def _cut(lines: Lines, span: Span) -> Cut:
    _without_comments(lines, span)
    first, last = lines.logical_of(span.start), lines.logical_of(span.end - 1)
    behind = lines.text[span.end : last.end].strip()
    if span.start == first.start and behind in ("", ";"):
        return _whole_lines(lines, Span(span.start, last.end))
    if span.start == first.start:  # ``this; that``
        following = next(token for token in lines.tokens_from(span.end) if token.text != ";")
        return Cut(span.start, following.start)
    before = next(token for token in lines.tokens_before(span.start) if not token.nested)
    if before.text != ";":  # the first of ``if x: this; that``
        following = next(token for token in lines.tokens_from(span.end) if token.text != ";")
        if following.kind in ("comment", "newline"):
            raise CannotError
        return Cut(span.start, following.start)
    return Cut(before.start, span.end)


def _without_comments(lines: Lines, span: Span) -> Span:
    if lines.comments_in(span):
        raise CannotError
    return span


def _whole_lines(lines: Lines, span: Span) -> Cut:
    comment = lines.comment_behind(span.end)
    if comment and not is_pragma(comment):
        return Cut(span.start, comment.start)
    return without_blank_lines_before(lines, Cut(lines.start(span.start), lines.next(span.end)))


def without_blank_lines_before(lines: Lines, cut: Cut) -> Cut:
    """Widen a cut of whole lines over the blank lines before it, if there are blank lines or nothing behind it as well.

    At the start of the file, or below the comment that starts it, those behind it go.
    """
    if cut.end < len(lines.text) and not lines.is_blank(cut.end):
        return cut
    start = cut.start
    while start > 0 and lines.is_blank(start - 1):
        start = lines.start(start - 1)
    end = cut.end
    starts_the_file = all(line.startswith("#") for line in lines.text[:start].splitlines())
    while starts_the_file and end < len(lines.text) and lines.is_blank(end):
        end = lines.next(end)
    return Cut(start, end, cut.text)
