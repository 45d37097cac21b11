"""The one walk from concrete syntax to facts: dispatch on the type of a node, and what the walk carries along."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import libcst as cst

from sessionlint.model.facts import Block, Operation, Statement, Term
from sessionlint.model.source import Span

TermTable: TypeAlias = Mapping[type[cst.CSTNode], Callable[["Walk", Any], Term]]
StatementTable: TypeAlias = Mapping[type[cst.CSTNode], Callable[["Walk", Any], Statement]]

_GAP = re.compile(r"(?:[\s\\]|#[^\r\n]*(?![^\r\n]))*")
_DEEPEST_TERM = 150
_DEEPEST_BLOCK = 200


class NestedTooDeeplyError(Exception):
    """Statements within statements beyond what any reader of facts should have to follow."""


class Walk:
    """Lowers the nodes of one file. ``yields`` tells whether the scope being walked has yielded so far."""

    def __init__(
        self,
        text: str,
        spans: Mapping[cst.CSTNode | None, tuple[int, int]],
        terms: TermTable,
        statements: StatementTable,
        term_depth: int = 0,
    ) -> None:
        self.text = text
        self.yields = False
        self._spans = spans
        self._terms = terms
        self._statements = statements
        self._term_depth = term_depth
        self._block_depth = 0

    def span(self, node: cst.CSTNode) -> Span:
        """Where ``node`` stands, without the parentheses around it."""
        return Span._make(self._spans[node])

    def between(self, first: cst.CSTNode, last: cst.CSTNode) -> Span:
        return Span(self._spans[first][0], self._spans[last][1])

    def skip_gap(self, offset: int) -> int:
        """The next offset that is neither white space, nor a continuation, nor a comment."""
        match = _GAP.match(self.text, offset)
        return match.end() if match else offset

    def outer_end(self, node: cst.BaseExpression) -> int:
        """The end of ``node`` with the parentheses around it."""
        end = self._spans[node][1]
        for _ in node.rpar:
            end = self.skip_gap(end) + 1
        return end

    def term(self, node: cst.CSTNode) -> Term:
        """The term of an expression. What is nested beyond all reason becomes opaque: unknown is a value."""
        if self._term_depth > _DEEPEST_TERM:
            return Operation(self.span(node), "...", ())
        self._term_depth += 1
        term = self._terms[type(node)](self, node)
        self._term_depth -= 1
        return term

    def optional(self, node: cst.CSTNode | None) -> Term | None:
        return None if node is None else self.term(node)

    def all_terms(self, nodes: Iterable[cst.CSTNode]) -> tuple[Term, ...]:
        return tuple([self.term(node) for node in nodes])

    def block(self, suite: cst.BaseSuite) -> Block:
        """The statements of a suite, on its own lines or behind the colon."""
        return self.lines(suite.body if isinstance(suite, cst.IndentedBlock) else (suite,))

    def lines(self, nodes: Sequence[cst.CSTNode]) -> Block:
        self._block_depth += 1
        if self._block_depth > _DEEPEST_BLOCK:
            raise NestedTooDeeplyError
        found: list[Statement] = []
        for node in nodes:
            if isinstance(node, cst.SimpleStatementLine | cst.SimpleStatementSuite):
                found += [self._statements[type(small)](self, small) for small in node.body]
            else:
                found.append(self._statements[type(node)](self, node))
        self._block_depth -= 1
        return tuple(found)
