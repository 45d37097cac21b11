"""Collections and comprehensions."""

import ast
from collections.abc import Iterator, Sequence

import libcst as cst

from sessionlint.extract.newer.builder import Builder


class Displays(Builder):
    """Visits collections and comprehensions. The parentheses of a tuple and of a generator are a part of it."""

    def visit_Tuple(self, node: cst.Tuple) -> bool:
        start = self.open_outer(node)
        if node.lpar:
            self.eat("(")
        items = self._elements(node.elements)
        if node.lpar:
            self.eat(")")
        return self.close_outer(node, start, ast.Tuple(items))

    def visit_List(self, node: cst.List) -> bool:
        start = self.open(node)
        self.eat("[")
        items = self._elements(node.elements)
        self.eat("]")
        return self.close(node, start, ast.List(items))

    def visit_Set(self, node: cst.Set) -> bool:
        start = self.open(node)
        self.eat("{")
        items = self._elements(node.elements)
        self.eat("}")
        return self.close(node, start, ast.Set(items))

    def _elements(self, nodes: Sequence[cst.BaseElement]) -> list[ast.expr]:
        items: list[ast.expr] = []
        for node in nodes:
            items.append(self.term(node if isinstance(node, cst.StarredElement) else node.value))
            self.eat_if_next(",")
        return items

    def visit_StarredElement(self, node: cst.StarredElement) -> bool:
        start = self.open(node)
        self.eat("*")
        return self.close(node, start, ast.Starred(self.term(node.value)))

    def visit_Dict(self, node: cst.Dict) -> bool:
        start = self.open(node)
        self.eat("{")
        items = list(self._entries(node.elements))
        self.eat("}")
        return self.close(node, start, ast.Dict([key for key, _ in items], [value for _, value in items]))

    def _entries(self, nodes: Sequence[cst.BaseDictElement]) -> Iterator[tuple[ast.expr | None, ast.expr]]:
        for node in nodes:
            key = self.term(node.key) if isinstance(node, cst.DictElement) else None
            self.eat("**" if key is None else ":")
            yield key, self.term(node.value)
            self.eat_if_next(",")

    def visit_GeneratorExp(self, node: cst.GeneratorExp) -> bool:
        start = self.open_outer(node)
        self.eat("(")
        element, clauses = self.term(node.elt), self._clauses(node.for_in)
        self.eat(")")
        return self.close_outer(node, start, ast.GeneratorExp(element, clauses))

    def visit_ListComp(self, node: cst.ListComp) -> bool:
        start = self.open(node)
        self.eat("[")
        element, clauses = self.term(node.elt), self._clauses(node.for_in)
        self.eat("]")
        return self.close(node, start, ast.ListComp(element, clauses))

    def visit_SetComp(self, node: cst.SetComp) -> bool:
        start = self.open(node)
        self.eat("{")
        element, clauses = self.term(node.elt), self._clauses(node.for_in)
        self.eat("}")
        return self.close(node, start, ast.SetComp(element, clauses))

    def visit_DictComp(self, node: cst.DictComp) -> bool:
        start = self.open(node)
        self.eat("{")
        key = self.term(node.key)
        self.eat(":")
        value, clauses = self.term(node.value), self._clauses(node.for_in)
        self.eat("}")
        return self.close(node, start, ast.DictComp(key, value, clauses))

    def visit_StarredDictComp(self, node: "cst.StarredDictComp") -> bool:  # PEP 798, libcst 1.9
        start = self.open(node)
        self.eat("{")
        self.eat("**")
        key, clauses = self.term(node.value), self._clauses(node.for_in)
        self.eat("}")
        return self.close(node, start, ast.DictComp(key, None, clauses))  # type: ignore[arg-type]  # Python 3.15

    def _clauses(self, first: cst.CompFor) -> list[ast.comprehension]:
        clauses: list[ast.comprehension] = []
        node: cst.CompFor | None = first
        while node is not None:
            clauses.append(self._clause(node))
            node = node.inner_for_in
        return clauses

    def _clause(self, node: cst.CompFor) -> ast.comprehension:
        if node.asynchronous is not None:
            self.eat("async")
        self.eat("for")
        target = self.term(node.target)
        self.eat("in")
        return ast.comprehension(
            target, self.term(node.iter), list(self._conditions(node.ifs)), int(node.asynchronous is not None)
        )

    def _conditions(self, nodes: Sequence[cst.CompIf]) -> Iterator[ast.expr]:
        for node in nodes:
            self.eat("if")
            yield self.term(node.test)
