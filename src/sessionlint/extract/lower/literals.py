"""Numbers and strings, but for formatted ones."""

import ast
import re
from collections.abc import Callable, Mapping
from sys import intern
from typing import Any

from sessionlint.extract.lower.walk import CannotTellError, TermTable, Walk
from sessionlint.model.facts import Constant, FString, Operation, Term
from sessionlint.model.regex import regex

_BIGGEST_INTEGER = 2**63
_OFTEN_REPEATED = 40  # characters: keys, paths, statuses, of which one copy is enough
STRING = regex(
    r"(?P<prefix>[A-Za-z]*)"
    r"(?:'''(?P<a>(?:\\.|[^\\])*?)'''|\"\"\"(?P<b>(?:\\.|[^\\])*?)\"\"\"|'(?P<c>(?:\\.|[^'\\])*)'|\"(?P<d>(?:\\.|[^\"\\])*)\")",
    re.DOTALL,
)


def _plain(_: Walk, node: ast.Constant, start: int, end: int) -> Term:
    return Constant(start, end, node.value)  # type: ignore[arg-type]  # the table below sees to it


def _string(_: Walk, node: ast.Constant, start: int, end: int) -> Term:
    value: Any = node.value
    return Constant(start, end, intern(value) if len(value) <= _OFTEN_REPEATED else value)


def _integer(_: Walk, node: ast.Constant, start: int, end: int) -> Term:
    # numbers beyond 64 bits say nothing about sessions, and huge ones cannot even be printed in base ten
    value = node.value
    if isinstance(value, int) and value < _BIGGEST_INTEGER:
        return Constant(start, end, value)
    return Operation(start, end, "number", ())


def _complex(_: Walk, __: ast.Constant, start: int, end: int) -> Term:
    return Operation(start, end, "number", ())


def _ellipsis(_: Walk, __: ast.Constant, start: int, end: int) -> Term:
    return Operation(start, end, "...", ())


def _bytes(walk: Walk, _: ast.Constant, start: int, end: int) -> Term:
    pieces: list[Term] = []
    offset = start
    while offset < end:
        piece = STRING.match(walk.text, offset, end)
        if piece is None:
            raise CannotTellError("a string that does not look like one")
        pieces.append(Operation(piece.start(), piece.end(), "bytes", ()))
        offset = walk.skip_gap(piece.end())
    return pieces[0] if len(pieces) == 1 else FString(start, end, tuple(pieces))


_CONSTANTS: Mapping[type, Callable[[Walk, Any, int, int], Term]] = {
    str: _string,
    int: _integer,
    float: _plain,
    bool: _plain,
    type(None): _plain,
    bytes: _bytes,
    complex: _complex,
    type(...): _ellipsis,
}


def _constant(walk: Walk, node: ast.Constant, start: int, end: int) -> Term:
    return _CONSTANTS[type(node.value)](walk, node, start, end)


TERMS: TermTable = {ast.Constant: _constant}
