"""Simple statements: those that fit on one line."""

import ast
from collections.abc import Mapping, Sequence

import libcst as cst

from sessionlint.extract.newer import nodes
from sessionlint.extract.newer.terms import BINARY
from sessionlint.extract.newer.type_parameters import TypeParameters

_AUGMENTED: Mapping[str, tuple[str, type[ast.operator]]] = {f"{node.__name__}Assign": BINARY[node] for node in BINARY}


class Statements(TypeParameters):
    """Visits simple statements."""

    def visit_Assign(self, node: cst.Assign) -> bool:
        start = self.next()
        targets: list[ast.expr] = []
        for each in node.targets:
            targets.append(self.term(each.target))
            self.eat("=")
        return self.finish(start, ast.Assign(targets, self.term(node.value)))

    def visit_AnnAssign(self, node: cst.AnnAssign) -> bool:
        start, target = self.next(), self.term(node.target)
        self.eat(":")
        annotation, value = self.term(node.annotation.annotation), None
        if node.value is not None:
            self.eat("=")
            value = self.term(node.value)
        return self.finish(start, ast.AnnAssign(target, annotation, value, int(isinstance(target, ast.Name))))

    def visit_AugAssign(self, node: cst.AugAssign) -> bool:
        start, target = self.next(), self.term(node.target)
        sign, op = _AUGMENTED[type(node.operator).__name__]
        self.eat(f"{sign}=")
        return self.finish(start, ast.AugAssign(target, op(), self.term(node.value)))

    def visit_TypeAlias(self, node: cst.TypeAlias) -> bool:
        start = self.next()
        self.eat("type")
        name, params = self.term(node.name), self.type_parameters(node.type_parameters)
        self.eat("=")
        return self.finish(start, nodes.TypeAlias(name, params, self.term(node.value)))

    def visit_Expr(self, node: cst.Expr) -> bool:
        start = self.next()
        return self.finish(start, ast.Expr(self.term(node.value)))

    def visit_Return(self, node: cst.Return) -> bool:
        start = self.next()
        self.eat("return")
        return self.finish(start, ast.Return(self.optional(node.value)))

    def visit_Raise(self, node: cst.Raise) -> bool:
        start = self.next()
        self.eat("raise")
        exc, cause = self.optional(node.exc), None
        if node.cause is not None:
            self.eat("from")
            cause = self.term(node.cause.item)
        return self.finish(start, ast.Raise(exc, cause))

    def visit_Del(self, node: cst.Del) -> bool:
        start = self.next()
        self.eat("del")
        target = self.term(node.target)
        several = isinstance(node.target, cst.Tuple) and not node.target.lpar
        return self.finish(start, ast.Delete(target.elts if several else [target]))

    def visit_Assert(self, node: cst.Assert) -> bool:
        start = self.next()
        self.eat("assert")
        test, message = self.term(node.test), None
        if node.msg is not None:
            self.eat(",")
            message = self.term(node.msg)
        return self.finish(start, ast.Assert(test, message))

    def visit_Pass(self, node: cst.Pass) -> bool:
        return self._word("pass", ast.Pass())

    def visit_Break(self, node: cst.Break) -> bool:
        return self._word("break", ast.Break())

    def visit_Continue(self, node: cst.Continue) -> bool:
        return self._word("continue", ast.Continue())

    def _word(self, word: str, built: ast.stmt) -> bool:
        start = self.next()
        self.eat(word)
        return self.finish(start, built)

    def visit_Global(self, node: cst.Global) -> bool:
        return self._scoping("global", ast.Global, node.names)

    def visit_Nonlocal(self, node: cst.Nonlocal) -> bool:
        return self._scoping("nonlocal", ast.Nonlocal, node.names)

    def _scoping(self, word: str, kind: type[ast.Global | ast.Nonlocal], items: Sequence[cst.NameItem]) -> bool:
        start = self.next()
        self.eat(word)
        for item in items:
            self.eat(item.name.value)
            self.eat_if_next(",")
        return self.finish(start, kind([item.name.value for item in items]))
