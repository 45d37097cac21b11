"""F-strings and t-strings.

The tree has the values of their literal parts, joined and unescaped; facts hold them as they are written. So the text is read
here, and only what is between braces comes from the tree.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from sessionlint.extract.lower.literals import STRING
from sessionlint.extract.lower.walk import CannotTellError, TermTable, Walk
from sessionlint.extract.newer import nodes
from sessionlint.model.facts import Constant, FString, Operation, Term
from sessionlint.model.regex import regex
from sessionlint.model.source import Span

_OPENING = regex(r"(?P<prefix>[A-Za-z]*)(?P<quote>'''|\"\"\"|'|\")")
_BRACES = r"|\{\{|\}\}|(?P<field>\{)|(?P<quote>"
_ESCAPE, _RAW_ESCAPE = r"\\(?:N\{[^}]*\}|[^{}])", r"\\[^{}]"
_STOPS = {
    (quote, raw): regex((_RAW_ESCAPE if raw else _ESCAPE) + _BRACES + quote + ")", re.DOTALL)
    for quote in ("'''", '"""', "'", '"')
    for raw in (False, True)
}
_FIELD = (ast.FormattedValue, nodes.Interpolation)
_TO_FORMAT = regex(r"(?:[\s\\)]|#[^\r\n]*(?![^\r\n]))*(?:=\s*)?(?:!\s*\w+\s*)?:")

Field: TypeAlias = "ast.FormattedValue | nodes.Interpolation"
Content: TypeAlias = "str | Field"


def _joined(walk: Walk, node: ast.JoinedStr | nodes.TemplateStr, start: int, end: int) -> Term:
    fields = _fields(node)
    pieces: list[Term] = []
    offset = start
    while offset < end:
        pieces.append(_piece(walk, offset, fields))
        offset = walk.skip_gap(pieces[-1].end)
    if len(pieces) == 1:
        return pieces[0]
    parts = [part for piece in pieces for part in (piece.parts if isinstance(piece, FString) else (piece,))]
    return FString(start, end, tuple(parts))


def _fields(node: ast.JoinedStr | nodes.TemplateStr) -> Iterator[Field]:
    return iter([value for value in node.values if isinstance(value, _FIELD)])


def _piece(walk: Walk, start: int, fields: Iterator[Field]) -> Term:
    """One of adjacent strings, which begins at ``start``; what it formats is taken from ``fields``."""
    opening = _OPENING.match(walk.text, start)
    if opening is None:
        raise CannotTellError("a string that does not look like one")
    prefix = opening["prefix"].lower()
    if "f" not in prefix and "t" not in prefix:
        return _plain(walk, start)
    contents, end = _contents(walk, opening.end(), _STOPS[opening["quote"], "r" in prefix], fields)
    return FString(start, end, tuple(_parts(walk, Span(start, end), contents)))


def _plain(walk: Walk, start: int) -> Term:
    string = STRING.match(walk.text, start)
    if string is None:
        raise CannotTellError("a string that does not look like one")
    try:
        return Constant(*string.span(), ast.literal_eval(string[0]))
    except (SyntaxError, ValueError):  # no valid literal, which libcst lets pass
        return Operation(*string.span(), "bytes", ())


def _contents(walk: Walk, begin: int, stops: re.Pattern[str], fields: Iterator[Field]) -> tuple[list[Content], int]:
    """What stands between the quotes of an f-string, the first of which ends at ``begin``, and where the last one ends."""
    found: list[Content] = []
    offset = begin
    while (stop := stops.search(walk.text, offset)) is not None:
        offset = stop.end()
        if stop["quote"]:
            return [*found, walk.text[begin : stop.start()]], offset
        if stop["field"]:
            field = next(fields, None)
            if field is None or walk.start(field) != stop.start():
                break
            found += [walk.text[begin : stop.start()], field]
            begin = offset = walk.end(field)
    raise CannotTellError("an f-string that is not what the tree says")


def _parts(walk: Walk, span: Span, contents: Iterable[Content]) -> Iterator[Term]:
    """The parts of the f-string at ``span``."""
    for content in contents:
        if isinstance(content, _FIELD):
            yield walk.term(content.value)
            if isinstance(content.format_spec, ast.JoinedStr):
                yield from _parts(walk, span, _format(walk, content, content.format_spec))
        elif content:
            yield Constant(*span, content)


def _format(walk: Walk, field: Field, spec: ast.JoinedStr) -> Iterator[Content]:
    """What stands behind the colon of a field."""
    colon = _TO_FORMAT.match(walk.text, walk.end(field.value))
    if colon is None:
        raise CannotTellError("a format that is not where the tree says")
    begin = colon.end()
    for inner in _fields(spec):
        yield _literal(walk.text[begin : walk.start(inner)])
        yield inner
        begin = walk.end(inner)
    yield _literal(walk.text[begin : walk.end(field) - 1])


def _literal(text: str) -> str:
    if "{" in text or "}" in text:
        raise CannotTellError("braces in a format, which Python and libcst understand in different ways")
    return text


def _by_segment(walk: Walk, node: ast.JoinedStr, start: int, end: int) -> Term:
    """For strings in which the tree does not tell places."""
    from sessionlint.extract.newer.tree import parse_formatted

    return _joined(walk, parse_formatted(walk.text[start:end], node.lineno, node.col_offset), start, end)


TERMS: TermTable = {nodes.JoinedStr: _joined, nodes.TemplateStr: _joined}
if sys.version_info < (3, 12):
    TERMS = {**TERMS, ast.JoinedStr: _by_segment}
