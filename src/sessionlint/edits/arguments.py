"""Putting arguments into calls and taking them out. The layout of the call stays what it is."""

from collections.abc import Sequence

from sessionlint.model.facts import Call, Comprehension, Given
from sessionlint.model.finding import Edit
from sessionlint.model.regex import regex
from sessionlint.model.source import Place, Source, Span
from sessionlint.text.lines import Lines, lines_of

_COMMA = regex(r"[ \t]*,")
_LINE = regex(r"[ \t]*(\r\n|\r|\n)")
_LINE_WITH_COMMA = regex(r"[ \t]*,[ \t]*(\r\n|\r|\n)")


def parentheses(source: Source, call: Call) -> Span:
    """From the opening parenthesis of the call to behind the closing one."""
    opening = next(
        token.start
        for token in lines_of(source.text).tokens_from(call.func.span.end)
        if token.text == "(" and token.end <= (call.args[0].span.start if call.args else call.span.end)
    )
    return Span(opening, call.span.end)


def remove_argument(source: Source, call: Call, argument: Given) -> Edit | None:
    """The edit that removes ``argument`` with its comma, or None when a comment would go with it."""
    text, index = source.text, call.args.index(argument)
    inside = Span(parentheses(source, call).start + 1, call.span.end - 1)
    if len(call.args) == 1 and not lines_of(text).comments_in(inside):
        span = inside
    elif (own := _own_lines(text, argument.span, last=argument is call.args[-1])) is not None:
        span = own
    elif index > 0:
        span = Span(call.args[index - 1].span.end, argument.span.end)
    elif len(call.args) > 1:
        span = Span(argument.span.start, call.args[1].span.start)
    else:
        return None
    if lines_of(text).comments_in(Span(span.start, argument.span.start)) or lines_of(text).comments_in(
        Span(argument.span.end, span.end)
    ):
        return None
    return Edit(Place(source.path, span), "")


def _own_lines(text: str, span: Span, *, last: bool) -> Span | None:
    """The lines of an argument that shares them with nothing but its comma and white space.

    The last one needs no comma if the one before it keeps a comment behind its own.
    """
    lines = lines_of(text)
    start = lines.start(span.start)
    rest = _LINE_WITH_COMMA.match(text, span.end)
    if rest is None and last and start and lines.comments_in(Span(lines.start(start - 1), lines.end(start - 1))):
        rest = _LINE.match(text, span.end)
    return Span(start, rest.end()) if rest is not None and not text[start : span.start].strip() else None


def add_arguments(source: Source, call: Call, written: Sequence[str]) -> tuple[Edit, ...] | None:
    """The edits that put ``written`` (``"echo=True"``) behind the arguments of ``call``.

    Each gets a line of its own where the last argument has one. None for ``f(x for x in y)``, which takes no second argument.
    """
    lines = lines_of(source.text)
    if not call.args:
        return _first(source, lines, call, written)
    last = call.args[-1]
    if isinstance(last.term, Comprehension) and last.term.kind == "generator" and source.text[last.span.start] != "(":
        return None
    comma = _COMMA.match(source.text, last.span.end)
    end = comma.end() if comma else last.span.end
    if not _has_own_lines(source.text, lines, call, last, end):
        return (_insert(source, last.span.end, "".join(f", {one}" for one in written)),)
    indent = lines.newline + lines.indent(last.span.start)
    new = ",".join(f"{indent}{one}" for one in written) + ("," if comma else "")
    if comma:
        return (_insert(source, lines.end(end), new),)
    if lines.end(end) == end:
        return (_insert(source, end, f",{new}"),)
    return _insert(source, end, ","), _insert(source, lines.end(end), new)


def _first(source: Source, lines: Lines, call: Call, written: Sequence[str]) -> tuple[Edit, ...]:
    opening, end = parentheses(source, call)
    closing = end - 1
    line = lines.start(closing)
    if line <= opening or source.text[line:closing].strip() or not lines.comments_in(Span(opening, end)):
        span = Span(opening + 1, closing if source.text[opening + 1 : closing].isspace() else opening + 1)
        return (Edit(Place(source.path, span), ", ".join(written)),)
    indent = lines.indent(line)
    new = "".join(f"{indent}{lines.unit_for(indent)}{one},{lines.newline}" for one in written)
    return (_insert(source, line, new),)


def _has_own_lines(text: str, lines: Lines, call: Call, last: Given, end: int) -> bool:
    """Whether ``last`` starts its line and nothing but a comment stands behind it, so that the call goes on below."""
    if text[lines.start(last.span.start) : last.span.start].strip() or lines.end(end) >= call.span.end:
        return False
    return lines.comment_behind(end) is not None or not text[end : lines.end(end)].strip()


def _insert(source: Source, offset: int, text: str) -> Edit:
    return Edit(Place(source.path, Span(offset, offset)), text)
