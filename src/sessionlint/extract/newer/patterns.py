"""The patterns of ``match``."""

import ast
from collections.abc import Sequence

import libcst as cst

from sessionlint.extract.newer.builder import Builder


class Patterns(Builder):
    """Visits patterns."""

    def visit_MatchValue(self, node: cst.MatchValue) -> bool:
        value = self.term(node.value)
        self.built = ast.copy_location(ast.MatchValue(value), value)
        return False

    def visit_MatchSingleton(self, node: cst.MatchSingleton) -> bool:
        value = self.term(node.value)
        self.built = ast.copy_location(ast.MatchSingleton(value.value), value)
        return False

    def visit_MatchAs(self, node: cst.MatchAs) -> bool:
        start, pattern = self.open(node), self.optional(node.pattern)
        if pattern is not None:
            self.eat("as")
        name = self._bound(node.name)
        return self.close(node, start, ast.MatchAs(pattern, name))

    def _bound(self, node: cst.Name | None) -> str | None:
        """The name that a pattern binds, None for ``_``."""
        self.eat("_" if node is None else node.value)
        return None if node is None else node.value

    def visit_MatchStar(self, node: cst.MatchStar) -> bool:
        start = self.next()
        self.eat("*")
        return self.finish(start, ast.MatchStar(self._bound(node.name)))

    def visit_MatchOr(self, node: cst.MatchOr) -> bool:
        start = self.open(node)
        patterns = []
        for element in node.patterns:
            patterns.append(self.term(element.pattern))
            self.eat_if_next("|")
        return self.close(node, start, ast.MatchOr(patterns))

    def visit_MatchList(self, node: cst.MatchList) -> bool:
        start = self.open(node)
        if node.lbracket is not None:
            self.eat("[")
        patterns = self._sequence(node.patterns)
        if node.rbracket is not None:
            self.eat("]")
        return self.close(node, start, ast.MatchSequence(patterns))

    def visit_MatchTuple(self, node: cst.MatchTuple) -> bool:
        start = self.open_outer(node)
        self.eat("(")
        patterns = self._sequence(node.patterns)
        self.eat(")")
        return self.close_outer(node, start, ast.MatchSequence(patterns))

    def _sequence(self, nodes: Sequence[cst.MatchSequenceElement | cst.MatchStar]) -> list[ast.pattern]:
        patterns: list[ast.pattern] = []
        for node in nodes:
            patterns.append(self.term(node if isinstance(node, cst.MatchStar) else node.value))
            self.eat_if_next(",")
        return patterns

    def visit_MatchMapping(self, node: cst.MatchMapping) -> bool:
        start = self.open(node)
        self.eat("{")
        keys: list[ast.expr] = []
        patterns: list[ast.pattern] = []
        for element in node.elements:
            keys.append(self.term(element.key))
            self.eat(":")
            patterns.append(self.term(element.pattern))
            self.eat_if_next(",")
        rest = None if node.rest is None else self._rest(node.rest)
        self.eat("}")
        return self.close(node, start, ast.MatchMapping(keys, patterns, rest))

    def _rest(self, node: cst.Name) -> str:
        self.eat("**")
        self.eat(node.value)
        self.eat_if_next(",")
        return node.value

    def visit_MatchClass(self, node: cst.MatchClass) -> bool:
        start, cls = self.open(node), self.term(node.cls)
        self.eat("(")
        patterns = self._sequence(node.patterns)
        named = [self._named(element) for element in node.kwds]
        self.eat(")")
        names = [element.key.value for element in node.kwds]
        return self.close(node, start, ast.MatchClass(cls, patterns, names, named))

    def _named(self, node: cst.MatchKeywordElement) -> ast.pattern:
        self.eat(node.key.value)
        self.eat("=")
        pattern: ast.pattern = self.term(node.pattern)
        self.eat_if_next(",")
        return pattern
