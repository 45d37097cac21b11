"""Parameters of functions and lambdas."""

import ast

import libcst as cst

from sessionlint.extract.newer.builder import Builder


class Parameters(Builder):
    """Gives parameters in the order in which they are written."""

    def parameters(self, node: cst.Parameters) -> ast.arguments:
        only = [self._parameter(param) for param in node.posonly_params]
        if only:
            self.eat("/")
            self.eat_if_next(",")
        both = [self._parameter(param) for param in node.params]
        starred = self._starred(node.star_arg)
        named = [self._parameter(param) for param in node.kwonly_params]
        rest = None if node.star_kwarg is None else self._parameter(node.star_kwarg)[0]
        return ast.arguments(
            posonlyargs=[param for param, _ in only],
            args=[param for param, _ in both],
            vararg=starred,
            kwonlyargs=[param for param, _ in named],
            kw_defaults=[default for _, default in named],
            kwarg=rest,
            defaults=[default for _, default in (*only, *both) if default is not None],
        )

    def _starred(self, node: cst.Param | cst.ParamStar | cst.MaybeSentinel) -> ast.arg | None:
        if isinstance(node, cst.Param):
            return self._parameter(node)[0]
        if isinstance(node, cst.ParamStar):
            self.eat("*")
            self.eat(",")
        return None

    def _parameter(self, node: cst.Param) -> tuple[ast.arg, ast.expr | None]:
        if isinstance(node.star, str):
            self.eat(node.star)
        start = self.next()
        self.eat(node.name.value)
        param = ast.arg(arg=node.name.value, annotation=self._annotation(node.annotation))
        self.place(param, start)
        default = self._default(node.default)
        self.eat_if_next(",")
        return param, default

    def _annotation(self, node: cst.Annotation | None) -> ast.expr | None:
        if node is None:
            return None
        self.eat(":")
        return self.term(node.annotation)  # type: ignore[no-any-return]

    def _default(self, node: cst.BaseExpression | None) -> ast.expr | None:
        if node is None:
            return None
        self.eat("=")
        return self.term(node)  # type: ignore[no-any-return]
