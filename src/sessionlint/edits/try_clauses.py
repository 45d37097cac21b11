"""The lines that make up a ``try`` statement: its keyword, its ``finally``, and a body that loses a level."""

from collections.abc import Iterator

from sessionlint.edits.removal import CannotError, Cut, is_pragma, without_blank_lines_before
from sessionlint.model.facts import Try
from sessionlint.model.source import Span
from sessionlint.text.lines import Lines


def finally_cut(lines: Lines, statement: Try, indent: str, *, with_handlers: bool = False) -> Cut:
    """The cut that takes the ``finally`` clause out, and the handlers above it; comments stay, indented by ``indent``.

    Raises CannotError.
    """
    final = statement.final
    before = final[0].span.start
    keyword = next(token for token in lines.tokens_before(before) if token.text == "finally")
    if lines.logical_of(final[-1].span.end - 1).end != final[-1].span.end:
        raise CannotError
    first = statement.handlers[0].span if with_handlers and statement.handlers else keyword
    cut = Cut(lines.start(first.start), lines.next(final[-1].span.end))
    comments = [comment for comment in lines.comments_in(Span(*cut[:2])) if not is_pragma(comment)]
    kept = "".join(indent + comment.text + lines.newline for comment in comments)
    return without_blank_lines_before(lines, cut._replace(text=kept))


def keyword_line_cut(lines: Lines, keyword: int, body: int) -> Cut:
    """The cut of the line ``try:``; a comment behind it stays on a line of its own. Raises CannotError."""
    line = lines.logical_of(keyword)
    if line.start != keyword or lines.next(line.end) > lines.start(body):
        raise CannotError
    comment = lines.comment_behind(line.end)
    if comment is not None and not is_pragma(comment):
        return Cut(keyword, comment.start)
    return Cut(lines.start(keyword), lines.next(line.end))


def dedent_cuts(lines: Lines, span: Span, outer: str, inner: str) -> Iterator[Cut]:
    """The cuts that move the lines of ``span`` from the indentation ``inner`` to ``outer``. Raises CannotError.

    Blank lines and lines that start inside a string stay. A line that is indented less (inside brackets) cannot move.
    """
    if not inner.startswith(outer) or inner == outer:
        raise CannotError
    start = lines.start(span.start)
    while start < span.end:
        if not lines.is_blank(start) and not lines.inside_string(start):
            margin = lines.margin(start)
            if not lines.text.startswith(inner, margin):
                raise CannotError
            yield Cut(margin + len(outer), margin + len(inner))
        start = lines.next(start)
