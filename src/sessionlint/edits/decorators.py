"""Taking a decorator off a function."""

from sessionlint.edits.removal import is_pragma
from sessionlint.model.facts import Term
from sessionlint.model.finding import Edit
from sessionlint.model.source import Place, Source, Span
from sessionlint.text.lines import lines_of


def remove_decorator(source: Source, decorator: Term) -> Edit | None:
    """The edit that removes ``decorator`` with its line; None when a comment inside it would be lost.

    A comment behind it stays on a line of its own, unless it is a ``noqa`` or ``sessionlint:`` comment.
    """
    lines = lines_of(source.text)
    line = lines.logical_of(decorator.span.start)
    if lines.comments_in(line):
        return None
    comment = lines.comment_behind(line.end)
    if comment is not None and not is_pragma(comment):
        return Edit(Place(source.path, Span(line.start, comment.start)), "")
    return Edit(Place(source.path, Span(lines.start(line.start), lines.next(line.end))), "")
