"""The one walk from syntax to facts: dispatch on the type of a node, and what the walk carries along."""

import ast
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from sessionlint.extract.lower.positions import Places
from sessionlint.model.facts import Block, Operation, Statement, Term

TermTable: TypeAlias = Mapping[type[ast.AST], Callable[["Walk", Any], Term]]
StatementTable: TypeAlias = Mapping[type[ast.stmt], Callable[["Walk", Any], Statement]]

_GAP = re.compile(r"(?:[\s\\]|#[^\r\n]*(?![^\r\n]))*")
_COMMENT = re.compile(r"#[^\r\n]*")
_DEEPEST_TERM = 150
_DEEPEST_BLOCK = 200


class CannotTellError(Exception):
    """The tree does not say what the facts of the file are, or not exactly: libcst is to say it."""


class NestedTooDeeplyError(Exception):
    """Statements within statements beyond what any reader of facts should have to follow."""


class Walk:
    """Lowers the nodes of one file. ``yields`` tells whether the scope being walked has yielded so far."""

    def __init__(self, text: str, places: Places, terms: TermTable, statements: StatementTable) -> None:
        self.text = text
        self.yields = False
        self.span, self.start, self.end = places
        self._terms = terms
        self._statements = statements
        self._term_depth = 0
        self._block_depth = 0

    def skip_gap(self, offset: int) -> int:
        """The next offset that is neither white space, nor a continuation, nor a comment."""
        match = _GAP.match(self.text, offset)
        return match.end() if match else offset

    def opened(self, start: int, stop: int) -> int:
        """How many parentheses open between two offsets, between which there is nothing else."""
        if start == stop:
            return 0
        gap = self.text[start:stop]
        return (_COMMENT.sub("", gap) if "#" in gap else gap).count("(")

    def closed(self, offset: int, count: int) -> int:
        """The offset behind ``count`` closing parentheses, of which the first is the next thing behind ``offset``."""
        for _ in range(count):
            offset = self.skip_gap(offset) + 1
        return offset

    def outer_end(self, offset: int, limit: int | None = None) -> int:
        """The offset behind all closing parentheses that follow ``offset``, those from ``limit`` on excepted."""
        limit = len(self.text) if limit is None else limit
        while (following := self.skip_gap(offset)) < limit and self.text[following] == ")":
            offset = following + 1
        return offset

    def term(self, node: ast.AST) -> Term:
        """The term of an expression. What is nested beyond all reason becomes opaque: unknown is a value."""
        if self._term_depth > _DEEPEST_TERM:
            return Operation(self.span(node), "...", ())
        self._term_depth += 1
        lower = self._terms.get(type(node))
        if lower is None:
            raise CannotTellError(type(node).__name__)
        term = lower(self, node)
        self._term_depth -= 1
        return term

    def optional(self, node: ast.AST | None) -> Term | None:
        return None if node is None else self.term(node)

    def all_terms(self, nodes: Iterable[ast.AST]) -> tuple[Term, ...]:
        return tuple([self.term(node) for node in nodes])

    def lines(self, nodes: Sequence[ast.stmt]) -> Block:
        """The statements of a body."""
        if not nodes:
            return ()
        self._block_depth += 1
        if self._block_depth > _DEEPEST_BLOCK:
            raise NestedTooDeeplyError
        table = self._statements
        found: list[Statement] = []
        for node in nodes:
            lower = table.get(type(node))
            if lower is None:
                raise CannotTellError(type(node).__name__)
            found.append(lower(self, node))
        self._block_depth -= 1
        return tuple(found)
