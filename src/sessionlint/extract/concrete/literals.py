"""Numbers and strings. Their values are evaluated here, by parsing, never by running."""

import ast
import warnings
from collections.abc import Iterator, Sequence

import libcst as cst

from sessionlint.extract.concrete.walk import TermTable, Walk
from sessionlint.model.facts import Constant, FString, Operation, Term
from sessionlint.model.source import Span

_BIGGEST_INTEGER = 2**63


def _integer(walk: Walk, node: cst.Integer) -> Term:
    # numbers beyond 64 bits say nothing about sessions, and huge ones cannot even be printed in base ten
    try:
        value = int(node.value, 0)
    except ValueError:
        return Operation(walk.span(node), "number", ())
    return Constant(walk.span(node), value) if value < _BIGGEST_INTEGER else Operation(walk.span(node), "number", ())


def _float(walk: Walk, node: cst.Float) -> Term:
    return Constant(walk.span(node), float(node.value))


def _imaginary(walk: Walk, node: cst.Imaginary) -> Term:
    return Operation(walk.span(node), "number", ())


def _ellipsis(walk: Walk, node: cst.Ellipsis) -> Term:
    return Operation(walk.span(node), "...", ())


def _value(node: cst.SimpleString) -> str | None:
    """The value of a plain string; None for bytes and for what is no valid literal."""
    prefix = node.prefix
    if "b" in prefix:
        return None
    if ("\\" not in node.value or "r" in prefix) and "\r" not in node.value:
        return node.raw_value
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            value = ast.literal_eval(node.value)
        except (SyntaxError, ValueError):
            return None
    return value if isinstance(value, str) else None


def _string(walk: Walk, node: cst.SimpleString) -> Term:
    value = _value(node)
    return Operation(walk.span(node), "bytes", ()) if value is None else Constant(walk.span(node), value)


def _pieces(node: cst.ConcatenatedString) -> Iterator[cst.CSTNode]:
    current: cst.CSTNode = node
    while isinstance(current, cst.ConcatenatedString):
        yield current.left
        current = current.right
    yield current


def _concatenated(walk: Walk, node: cst.ConcatenatedString) -> Term:
    span = walk.span(node)
    terms = [walk.term(piece) for piece in _pieces(node)]
    values = [term.value for term in terms if isinstance(term, Constant) and isinstance(term.value, str)]
    if len(values) == len(terms):
        return Constant(span, "".join(values))
    parts: list[Term] = []
    for term in terms:
        parts += term.parts if isinstance(term, FString) else [term]
    return FString(span, tuple(parts))


def _parts(walk: Walk, span: Span, contents: Sequence[cst.CSTNode]) -> Iterator[Term]:
    for content in contents:
        if isinstance(content, cst.FormattedStringText | cst.TemplatedStringText):
            yield Constant(span, content.value)
        elif isinstance(content, cst.FormattedStringExpression | cst.TemplatedStringExpression):
            yield walk.term(content.expression)
            yield from _parts(walk, span, content.format_spec or ())


def _formatted(walk: Walk, node: cst.FormattedString | cst.TemplatedString) -> Term:
    span = walk.span(node)
    return FString(span, tuple(_parts(walk, span, node.parts)))


TERMS: TermTable = {
    cst.Integer: _integer,
    cst.Float: _float,
    cst.Imaginary: _imaginary,
    cst.Ellipsis: _ellipsis,
    cst.SimpleString: _string,
    cst.ConcatenatedString: _concatenated,
    cst.FormattedString: _formatted,
    cst.TemplatedString: _formatted,
}
