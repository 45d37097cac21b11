"""Type parameters, of functions, classes and type aliases."""

import ast
from typing import Any

import libcst as cst

from sessionlint.extract.newer import nodes
from sessionlint.extract.newer.builder import Builder


class TypeParameters(Builder):
    """Gives type parameters."""

    def type_parameters(self, node: cst.TypeParameters | None) -> list[ast.AST]:
        if node is None:
            return []
        found: list[ast.AST] = []
        self.eat("[")
        for param in node.params:
            found.append(self._type_parameter(param))
            self.eat_if_next(",")
        self.eat("]")
        return found

    def _type_parameter(self, node: cst.TypeParam) -> ast.AST:
        start = self.next()
        param: Any = self._declared(node.param)
        if node.default is not None:
            param.default_value = self._type_default(node.star, node.default)
        built: ast.AST = self.place(param, start)
        return built

    def _declared(self, node: cst.TypeVar | cst.TypeVarTuple | cst.ParamSpec) -> ast.AST:
        name = node.name.value
        if not isinstance(node, cst.TypeVar):
            starred = isinstance(node, cst.TypeVarTuple)
            self.eat("*" if starred else "**")
            self.eat(name)
            return nodes.TypeVarTuple(name) if starred else nodes.ParamSpec(name)
        self.eat(name)
        if node.bound is None:
            return nodes.TypeVar(name, None)
        self.eat(":")
        return nodes.TypeVar(name, self.term(node.bound))

    def _type_default(self, star: str, node: cst.BaseExpression) -> ast.expr:
        self.eat("=")
        start = self.next()
        if not star:
            return self.term(node)  # type: ignore[no-any-return]
        self.eat(star)
        return self.place(ast.Starred(self.term(node)), start)
