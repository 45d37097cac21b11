"""Taking an argument out of a call, and putting one in."""

import re

from sessionlint.edits.lines import lines_of
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


def add_argument(source: Source, call: Call, text: str) -> tuple[Edit, ...] | None:
    """The edits that put ``text`` behind the last argument of ``call``; on a line of its own where that one has its own."""
    if not call.args:
        return None
    lines, last = lines_of(source.text), call.args[-1].span
    comma = re.compile(r"[ \t]*,").match(source.text, last.end)
    if source.text[lines.start(last.start) : last.start].strip():
        return (_insert(source, last.end, f", {text}"),)
    line = f"{lines.newline}{lines.indent(last.start)}{text}"
    comment = lines.comment_behind(comma.end() if comma else last.end)
    end = comment.end if comment else comma.end() if comma else last.end
    if comma is not None:
        return (_insert(source, end, f"{line},"),)
    if comment is None:
        return (_insert(source, last.end, f",{line}"),)
    return _insert(source, last.end, ","), _insert(source, end, line)


def _insert(source: Source, offset: int, text: str) -> Edit:
    return Edit(Place(source.path, Span(offset, offset)), text)
