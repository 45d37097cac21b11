"""Functions and classes."""

import ast
from collections.abc import Sequence
from typing import Any

import libcst as cst

from sessionlint.extract.newer.compound import Blocks
from sessionlint.extract.newer.terms import Terms
from sessionlint.extract.newer.type_parameters import TypeParameters


class Definitions(Blocks, Terms, TypeParameters):
    """Visits functions and classes, which begin behind their decorators."""

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:
        decorators, start, name = self._decorators(node.decorators), self.next(), node.name.value
        kind = ast.FunctionDef if node.asynchronous is None else ast.AsyncFunctionDef
        self.eat("" if node.asynchronous is None else "async")
        self.eat("def")
        self.eat(name)
        type_params = self.type_parameters(node.type_parameters)
        self.eat("(")
        params = self.parameters(node.params)
        self.eat(")")
        returns = self._returns(node.returns)
        built: Any = kind(name, params, self.block(node.body), decorators, returns)
        built.type_params = type_params
        return self.finish(start, built)

    def _returns(self, node: cst.Annotation | None) -> ast.expr | None:
        if node is None:
            return None
        self.eat("->")
        return self.term(node.annotation)  # type: ignore[no-any-return]

    def visit_ClassDef(self, node: cst.ClassDef) -> bool:
        decorators, start, name = self._decorators(node.decorators), self.next(), node.name.value
        self.eat("class")
        self.eat(name)
        type_params = self.type_parameters(node.type_parameters)
        enclosed = isinstance(node.lpar, cst.LeftParen)
        bases, keywords = self.arguments([*node.bases, *node.keywords]) if enclosed else ([], [])
        built: Any = ast.ClassDef(name, bases, keywords, self.block(node.body), decorators)
        built.type_params = type_params
        return self.finish(start, built)

    def _decorators(self, nodes: Sequence[cst.Decorator]) -> list[ast.expr]:
        found: list[ast.expr] = []
        for node in nodes:
            self.eat("@")
            found.append(self.term(node.decorator))
        return found
