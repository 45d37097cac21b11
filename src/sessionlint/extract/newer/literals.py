"""Numbers and strings, but for formatted ones. Their values are evaluated here, by parsing, never by running."""

import ast
import warnings
from collections.abc import Sequence

import libcst as cst

from sessionlint.extract.newer import nodes
from sessionlint.extract.newer.builder import Builder

_BEYOND_REACH = 2**64


def _integer(literal: str) -> int:
    try:
        return int(literal, 0)
    except ValueError:  # more digits than Python converts
        return _BEYOND_REACH


def _evaluated(literal: str) -> str | bytes:
    """The value of a string; bytes also for what is no valid literal, because it is no text."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            value = ast.literal_eval(literal)
        except (SyntaxError, ValueError):
            return b""
    return value if isinstance(value, str | bytes) else b""


def _string(node: cst.SimpleString) -> str | bytes:
    prefix = node.prefix
    if "b" not in prefix and ("\\" not in node.value or "r" in prefix) and "\r" not in node.value:
        return node.raw_value
    return _evaluated(node.value)


class Literals(Builder):
    """Visits numbers and plain strings."""

    def visit_Integer(self, node: cst.Integer) -> bool:
        return self._literal(node, _integer(node.value))

    def visit_Float(self, node: cst.Float) -> bool:
        return self._literal(node, float(node.value))

    def visit_Imaginary(self, node: cst.Imaginary) -> bool:
        return self._literal(node, complex(node.value))

    def visit_SimpleString(self, node: cst.SimpleString) -> bool:
        return self._literal(node, _string(node))

    def _literal(self, node: cst.Integer | cst.Float | cst.Imaginary | cst.SimpleString, value: complex | str | bytes) -> bool:
        start = self.open(node)
        self.eat(node.value)
        return self.close(node, start, ast.Constant(value))

    def visit_Ellipsis(self, node: cst.Ellipsis) -> bool:
        start = self.open(node)
        self.eat("...")
        return self.close(node, start, ast.Constant(...))

    def joined(self, pieces: Sequence[cst.SimpleString]) -> ast.expr:
        """Adjacent strings, none of which is formatted: one constant, unless some of them are no valid literals."""
        for piece in pieces:
            self.eat(piece.value)
        values = [_string(piece) for piece in pieces]
        texts = [value for value in values if isinstance(value, str)]
        if len(texts) == len(values):
            return ast.Constant("".join(texts))
        if texts:
            return nodes.JoinedStr([])
        return ast.Constant(b"".join([value for value in values if isinstance(value, bytes)]))
