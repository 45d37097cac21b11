"""Imports."""

import ast
from collections.abc import Sequence

import libcst as cst

from sessionlint.extract.newer.builder import Builder


class Imports(Builder):
    """Visits imports."""

    def visit_Import(self, node: cst.Import) -> bool:
        return self._import(self.next(), node.names)

    def visit_LazyImport(self, node: "cst.LazyImport") -> bool:  # PEP 810, libcst 1.9
        start = self.next()
        self.eat("lazy")
        return self._import(start, node.names)

    def _import(self, start: int, names: Sequence[cst.ImportAlias]) -> bool:
        self.eat("import")
        return self.finish(start, ast.Import([self._alias(name) for name in names]))

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        return self._import_from(self.next(), node)

    def visit_LazyImportFrom(self, node: "cst.LazyImportFrom") -> bool:
        start = self.next()
        self.eat("lazy")
        return self._import_from(start, node)

    def _import_from(self, start: int, node: "cst.ImportFrom | cst.LazyImportFrom") -> bool:
        self.eat("from")
        for _ in node.relative:
            self.eat(".")
        module = None if node.module is None else self._dotted(node.module)
        self.eat("import")
        return self.finish(start, ast.ImportFrom(module, self._imported(node.names), len(node.relative)))

    def _imported(self, names: Sequence[cst.ImportAlias] | cst.ImportStar) -> list[ast.alias]:
        if isinstance(names, cst.ImportStar):
            start = self.next()
            self.eat("*")
            return [self.place(ast.alias("*"), start)]
        enclosed = self.eat_if_next("(")
        found = [self._alias(name) for name in names]
        if enclosed:
            self.eat(")")
        return found

    def _alias(self, node: cst.ImportAlias) -> ast.alias:
        start, name, asname = self.next(), self._dotted(node.name), None
        if node.asname is not None:
            self.eat("as")
            asname = self.term(node.asname.name).id
        alias = self.place(ast.alias(name, asname), start)
        self.eat_if_next(",")
        return alias

    def _dotted(self, node: cst.BaseExpression) -> str:
        """A name with dots, without what may stand around them."""
        if not isinstance(node, cst.Attribute):
            return str(self.term(node).id)
        before = self._dotted(node.value)
        self.eat(".")
        self.eat(node.attr.value)
        return f"{before}.{node.attr.value}"
