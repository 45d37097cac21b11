"""Compound statements other than definitions, and what all of them have: blocks."""

import ast
from collections.abc import Sequence

import libcst as cst

from sessionlint.extract.newer import nodes
from sessionlint.extract.newer.builder import Builder


class Blocks(Builder):
    """Gives the statements of blocks."""

    def lines(self, lines: Sequence[cst.CSTNode]) -> list[ast.stmt]:
        found: list[ast.stmt] = []
        for line in lines:
            if isinstance(line, cst.SimpleStatementLine | cst.SimpleStatementSuite):
                for small in line.body:
                    found.append(self.term(small))
                    self.eat_if_next(";")
            else:
                found.append(self.term(line))
        return found

    def block(self, suite: cst.BaseSuite) -> list[ast.stmt]:
        """A colon, and the statements behind it, on its own line or on others."""
        self.eat(":")
        return self.lines(suite.body if isinstance(suite, cst.IndentedBlock) else (suite,))

    def clause(self, word: str, node: cst.Else | cst.Finally | None) -> list[ast.stmt]:
        if node is None:
            return []
        self.eat(word)
        return self.block(node.body)


class Compound(Blocks):
    """Visits compound statements."""

    def visit_Module(self, node: cst.Module) -> bool:
        self.built = ast.Module(self.lines(node.body), [])
        self.next()
        return False

    def visit_If(self, node: cst.If) -> bool:
        start = self.next()
        self.eat("elif" if self.text.startswith("elif", start) else "if")
        test, body = self.term(node.test), self.block(node.body)
        orelse = [self.term(node.orelse)] if isinstance(node.orelse, cst.If) else self.clause("else", node.orelse)
        return self.finish(start, ast.If(test, body, orelse))

    def _async(self, node: cst.Asynchronous | None) -> bool:
        if node is not None:
            self.eat("async")
        return node is not None

    def visit_For(self, node: cst.For) -> bool:
        start, kind = self.next(), ast.AsyncFor if self._async(node.asynchronous) else ast.For
        self.eat("for")
        target = self.term(node.target)
        self.eat("in")
        iterated, body = self.term(node.iter), self.block(node.body)
        return self.finish(start, kind(target, iterated, body, self.clause("else", node.orelse)))

    def visit_While(self, node: cst.While) -> bool:
        start = self.next()
        self.eat("while")
        test, body = self.term(node.test), self.block(node.body)
        return self.finish(start, ast.While(test, body, self.clause("else", node.orelse)))

    def visit_With(self, node: cst.With) -> bool:
        start, kind = self.next(), ast.AsyncWith if self._async(node.asynchronous) else ast.With
        self.eat("with")
        enclosed = isinstance(node.lpar, cst.LeftParen)
        self.eat("(" if enclosed else "")
        items = [self._with_item(item) for item in node.items]
        self.eat(")" if enclosed else "")
        return self.finish(start, kind(items, self.block(node.body)))

    def _with_item(self, node: cst.WithItem) -> ast.withitem:
        context, target = self.term(node.item), None
        if node.asname is not None:
            self.eat("as")
            target = self.term(node.asname.name)
        self.eat_if_next(",")
        return ast.withitem(context, target)

    def visit_Try(self, node: cst.Try) -> bool:
        return self._try(node, ast.Try)

    def visit_TryStar(self, node: cst.TryStar) -> bool:
        return self._try(node, nodes.TryStar)

    def _try(self, node: cst.Try | cst.TryStar, kind: type[ast.Try]) -> bool:
        start = self.next()
        self.eat("try")
        body, handlers = self.block(node.body), [self._handler(handler) for handler in node.handlers]
        orelse, final = self.clause("else", node.orelse), self.clause("finally", node.finalbody)
        return self.finish(start, kind(body, handlers, orelse, final))

    def _handler(self, node: cst.ExceptHandler | cst.ExceptStarHandler) -> ast.ExceptHandler:
        start = self.next()
        self.eat("except")
        self.eat("*" if isinstance(node, cst.ExceptStarHandler) else "")
        type_, name = self.optional(node.type), None
        if node.name is not None:
            self.eat("as")
            name = self.term(node.name.name).id
        return self.place(ast.ExceptHandler(type_, name, self.block(node.body)), start)

    def visit_Match(self, node: cst.Match) -> bool:
        start = self.next()
        self.eat("match")
        subject = self.term(node.subject)
        self.eat(":")
        return self.finish(start, ast.Match(subject, [self._case(case) for case in node.cases]))

    def _case(self, node: cst.MatchCase) -> ast.match_case:
        self.eat("case")
        pattern, guard = self.term(node.pattern), None
        if node.guard is not None:
            self.eat("if")
            guard = self.term(node.guard)
        return ast.match_case(pattern, guard, self.block(node.body))
