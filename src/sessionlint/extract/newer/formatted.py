"""F-strings, t-strings, and strings side by side."""

import ast
from collections.abc import Iterator, Sequence

import libcst as cst

from sessionlint.extract.newer import nodes
from sessionlint.extract.newer.literals import Literals


def _pieces(node: cst.ConcatenatedString) -> Iterator[cst.BaseString]:
    current: cst.BaseString = node
    while isinstance(current, cst.ConcatenatedString):
        yield current.left
        current = current.right
    yield current


class Formatted(Literals):
    """Visits formatted strings. Between their fields there is literal text, which is passed and left for others to read."""

    def visit_ConcatenatedString(self, node: cst.ConcatenatedString) -> bool:
        start = self.open(node)
        pieces = list(_pieces(node))
        plain = [piece for piece in pieces if isinstance(piece, cst.SimpleString)]
        if len(plain) == len(pieces):
            return self.close(node, start, self.joined(plain))
        values = [value for piece in pieces for value in self._values(piece)]
        templated = any(isinstance(piece, cst.TemplatedString) for piece in pieces)
        return self.close(node, start, nodes.TemplateStr(values) if templated else nodes.JoinedStr(values))

    def visit_FormattedString(self, node: cst.FormattedString) -> bool:
        start = self.open(node)
        return self.close(node, start, nodes.JoinedStr(list(self._values(node))))

    def visit_TemplatedString(self, node: cst.TemplatedString) -> bool:
        start = self.open(node)
        return self.close(node, start, nodes.TemplateStr(list(self._values(node))))

    def _values(self, node: cst.BaseString) -> Iterator[ast.expr]:
        if isinstance(node, cst.SimpleString):
            self.eat(node.value)
        elif isinstance(node, cst.FormattedString | cst.TemplatedString):
            self.eat(node.start)
            yield from self._fields(node.parts)
            self.eat_here(node.end)

    def _fields(self, parts: Sequence[cst.CSTNode]) -> Iterator[ast.expr]:
        for part in parts:
            if isinstance(part, cst.FormattedStringText | cst.TemplatedStringText):
                self.eat_here(part.value)
            else:
                yield self.term(part)

    def visit_FormattedStringExpression(self, node: cst.FormattedStringExpression) -> bool:
        start = self.offset
        value, _, conversion, spec = self._field(node)
        return self.finish(start, ast.FormattedValue(value, conversion, spec))

    def visit_TemplatedStringExpression(self, node: cst.TemplatedStringExpression) -> bool:
        start = self.offset
        return self.finish(start, nodes.Interpolation(*self._field(node)))

    def _field(
        self, node: cst.FormattedStringExpression | cst.TemplatedStringExpression
    ) -> tuple[ast.expr, str, int, ast.expr | None]:
        """The value of a field, how it is written, its conversion and its format."""
        self.eat_here("{")
        start = self.offset
        value = self.term(node.expression)
        written = self.text[start : self.offset].strip()
        if node.equal is not None:
            self.eat("=")
        # ``{a=}`` is ``a=`` and ``{a!r}``
        conversion = "r" if node.equal is not None and node.format_spec is None else None
        if node.conversion is not None:
            conversion = node.conversion
            self.eat("!")
            self.eat(conversion)
        spec = self._format(node.format_spec)
        self.eat("}")
        return value, written, ord(conversion) if conversion else -1, spec

    def _format(self, parts: Sequence[cst.CSTNode] | None) -> ast.expr | None:
        if parts is None:
            return None
        start = self.next()
        self.eat_here(":")
        return self.place(nodes.JoinedStr(list(self._fields(parts))), start)
