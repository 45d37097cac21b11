"""Taking an argument out of a call."""

import re

from sessionlint.model.facts import Argument, Call
from sessionlint.model.finding import Edit
from sessionlint.model.source import Place, Source, Span


def remove_argument(source: Source, call: Call, argument: Argument) -> Edit | None:
    """The edit that removes ``argument`` with its comma, or None when a comment would go with it."""
    text = source.text
    index = call.args.index(argument)
    span = _own_lines(text, argument.span)
    if span is None:
        if index > 0:
            span = Span(call.args[index - 1].span.end, argument.span.end)
        elif len(call.args) > 1:
            span = Span(argument.span.start, call.args[1].span.start)
        else:
            comma = re.compile(r"\s*,").match(text, argument.span.end)
            span = Span(argument.span.start, comma.end() if comma else argument.span.end)
    gaps = text[span.start : argument.span.start] + text[argument.span.end : span.end]
    return Edit(Place(source.path, span), "") if "#" not in gaps else None


def _own_lines(text: str, span: Span) -> Span | None:
    """The lines of an argument that shares them with nothing but its comma and white space."""
    start = max(text.rfind("\n", 0, span.start), text.rfind("\r", 0, span.start)) + 1
    rest = re.compile(r"[ \t]*,[ \t]*(\r\n|\r|\n)").match(text, span.end)
    return Span(start, rest.end()) if rest is not None and not text[start : span.start].strip() else None
