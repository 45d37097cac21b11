"""The one walk from syntax to facts: dispatch on the type of a node, and what the walk carries along."""

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from sessionlint.extract.lower.positions import Places
from sessionlint.model.facts import Block, Name, Operation, Statement, Term
from sessionlint.model.regex import regex

# an expression, statement, argument, keyword, alias or handler: what has the attributes, though typeshed doubts the ends
Located: TypeAlias = Any
# what makes a term, or a statement, of a node that stands between two offsets
TermTable: TypeAlias = Mapping[type[ast.AST], Callable[["Walk", Any, int, int], Term]]
StatementTable: TypeAlias = Mapping[type[ast.stmt], Callable[["Walk", Any, int, int], Statement]]

_GAP = regex(r"(?:[\s\\]|#[^\r\n]*(?![^\r\n]))*")
_COMMENT = regex(r"#[^\r\n]*")
_SOLID = frozenset([*"()[]{}=:,.-*@'\"_", *filter(str.isalpha, map(chr, range(128)))])  # where a gap might be, most often
_DEEPEST_TERM = 150
_DEEPEST_BLOCK = 200
_NAME = ast.Name


class CannotTellError(Exception):
    """The tree does not say what the facts of the file are, or not exactly: libcst is to say it."""


class NestedTooDeeplyError(Exception):
    """Statements within statements beyond what any reader of facts should have to follow."""


class Walk:
    """Lowers the nodes of one file. ``yields`` tells whether the scope being walked has yielded so far."""

    def __init__(self, text: str, places: Places, terms: TermTable, statements: StatementTable) -> None:
        self.text = text
        self.yields = False
        self._starts, self._offsets, self._numbers = places
        self._terms = terms
        self._statements = statements
        self._term_depth = 0
        self._block_depth = 0

    def start(self, node: Located) -> int:
        offset: int = self._offsets[self._starts[node.lineno] + node.col_offset]
        return offset

    def end(self, node: Located) -> int:
        offset: int = self._offsets[self._starts[node.end_lineno] + node.end_col_offset]
        return offset

    def shared(self, offset: int) -> int:
        """The same number, as all have it that stand there."""
        return self._numbers[offset]

    def skip_gap(self, offset: int) -> int:
        """The next offset that is neither white space, nor a continuation, nor a comment."""
        if self.text[offset : offset + 1] in _SOLID:
            return offset
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

    def term(self, node: Located) -> Term:
        """The term of an expression. What is nested beyond all reason becomes opaque: unknown is a value."""
        at, starts, offsets = node.__dict__, self._starts, self._offsets  # whose items take less than the attributes
        start = offsets[starts[at["lineno"]] + at["col_offset"]]
        kind, depth = type(node), self._term_depth
        if kind is _NAME and depth <= _DEEPEST_TERM:  # a third of all terms
            return Name(start, at["id"])
        end = offsets[starts[at["end_lineno"]] + at["end_col_offset"]]
        if depth > _DEEPEST_TERM:
            return Operation(start, end, "...", ())
        lower = self._terms.get(kind)
        if lower is None:
            raise CannotTellError(kind.__name__)
        self._term_depth = depth + 1
        term = lower(self, node, start, end)
        self._term_depth = depth
        return term

    def optional(self, node: Located | None) -> Term | None:
        return None if node is None else self.term(node)

    def all_terms(self, nodes: Iterable[Located]) -> tuple[Term, ...]:
        return tuple([self.term(node) for node in nodes])

    def lines(self, nodes: Sequence[ast.stmt]) -> Block:
        """The statements of a body."""
        if not nodes:
            return ()
        self._block_depth += 1
        if self._block_depth > _DEEPEST_BLOCK:
            raise NestedTooDeeplyError
        table, starts, offsets = self._statements, self._starts, self._offsets
        found: list[Statement] = []
        for node in nodes:
            lower = table.get(type(node))
            if lower is None:
                raise CannotTellError(type(node).__name__)
            at = node.__dict__
            start = offsets[starts[at["lineno"]] + at["col_offset"]]
            end = offsets[starts[at["end_lineno"]] + at["end_col_offset"]]
            found.append(lower(self, node, start, end))
        self._block_depth -= 1
        return tuple(found)
