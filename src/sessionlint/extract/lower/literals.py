"""Numbers and strings, but for formatted ones."""

import ast
import re
from collections.abc import Callable, Mapping
from typing import Any

from sessionlint.extract.lower.walk import CannotTellError, TermTable, Walk
from sessionlint.model.facts import Constant, FString, Operation, Term
from sessionlint.model.source import Span

_BIGGEST_INTEGER = 2**63
STRING = re.compile(
    r"(?P<prefix>[A-Za-z]*)"
    r"(?:'''(?P<a>(?:\\.|[^\\])*?)'''|\"\"\"(?P<b>(?:\\.|[^\\])*?)\"\"\"|'(?P<c>(?:\\.|[^'\\])*)'|\"(?P<d>(?:\\.|[^\"\\])*)\")",
    re.DOTALL,
)


def _plain(walk: Walk, node: ast.Constant) -> Term:
    return Constant(walk.span(node), node.value)  # type: ignore[arg-type]  # the table below sees to it


def _integer(walk: Walk, node: ast.Constant) -> Term:
    # numbers beyond 64 bits say nothing about sessions, and huge ones cannot even be printed in base ten
    span, value = walk.span(node), node.value
    return Constant(span, value) if isinstance(value, int) and value < _BIGGEST_INTEGER else Operation(span, "number", ())


def _complex(walk: Walk, node: ast.Constant) -> Term:
    return Operation(walk.span(node), "number", ())


def _ellipsis(walk: Walk, node: ast.Constant) -> Term:
    return Operation(walk.span(node), "...", ())


def _bytes(walk: Walk, node: ast.Constant) -> Term:
    span = walk.span(node)
    pieces: list[Term] = []
    offset = span.start
    while offset < span.end:
        piece = STRING.match(walk.text, offset, span.end)
        if piece is None:
            raise CannotTellError("a string that does not look like one")
        pieces.append(Operation(Span(*piece.span()), "bytes", ()))
        offset = walk.skip_gap(piece.end())
    return pieces[0] if len(pieces) == 1 else FString(span, tuple(pieces))


_CONSTANTS: Mapping[type, Callable[[Walk, Any], Term]] = {
    str: _plain,
    int: _integer,
    float: _plain,
    bool: _plain,
    type(None): _plain,
    bytes: _bytes,
    complex: _complex,
    type(...): _ellipsis,
}


def _constant(walk: Walk, node: ast.Constant) -> Term:
    return _CONSTANTS[type(node.value)](walk, node)


TERMS: TermTable = {ast.Constant: _constant}
