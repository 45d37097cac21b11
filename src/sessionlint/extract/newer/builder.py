"""What every part of the visitor does: it reads the text along with the tree, token by token.

libcst tells the places of its nodes only at the price of several parses. But the order of the tree is that of the text, so
whoever reads both knows each place, and that the tree says what stands there.
"""

import ast
from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

import libcst as cst

from sessionlint.extract.newer.positions import Lines
from sessionlint.model.regex import regex

N = TypeVar("N", bound=ast.AST)

_GAP = regex(r"(?:[\s\\]|#[^\r\n]*(?![^\r\n]))*")


class MismatchError(Exception):
    """The text does not go on as the tree says, so no place in it can be trusted."""


class UnknownNodeError(Exception):
    """A node for which there is no visit: libcst is newer than we are."""


class Parenthesised(Protocol):
    """An expression or a pattern."""

    @property
    def lpar(self) -> Sequence[cst.LeftParen]: ...

    @property
    def rpar(self) -> Sequence[cst.RightParen]: ...


class Builder(cst.CSTVisitor):
    """Builds abstract syntax. A visit leaves what it built in ``built``, has visited the children itself, and returns False.

    The tree is the one that ``ast`` would give, but for what nothing asks for: contexts (load, store), the literal parts of
    formatted strings, type comments. Names are as they are written.
    """

    def __init__(self, text: str, lines: Lines) -> None:
        super().__init__()
        self.text = text
        self.offset = 0
        self.built: Any = None
        self._position = lines.position

    def on_visit(self, node: cst.CSTNode) -> bool:
        visit = getattr(self, f"visit_{type(node).__name__}", None)
        if visit is None:
            raise UnknownNodeError(type(node).__name__)
        return bool(visit(node))

    def on_leave(self, original_node: cst.CSTNode) -> None: ...

    def term(self, node: cst.CSTNode) -> Any:
        """The expression or pattern that ``node`` becomes."""
        node.visit(self)
        return self.built

    def optional(self, node: cst.CSTNode | None) -> Any:
        return None if node is None else self.term(node)

    def next(self) -> int:
        """The offset of the next token."""
        match = _GAP.match(self.text, self.offset)
        self.offset = match.end() if match else self.offset
        return self.offset

    def eat(self, token: str) -> None:
        """Passes the next token, which is ``token``."""
        if not self.text.startswith(token, self.offset):
            self.next()
        self.eat_here(token)

    def eat_here(self, text: str) -> None:
        """Passes what stands right here."""
        if not self.text.startswith(text, self.offset):
            raise MismatchError(f"{text!r} is not at {self.offset}")
        self.offset += len(text)

    def eat_if_next(self, token: str) -> bool:
        """Passes the next token if it is ``token``."""
        match = _GAP.match(self.text, self.offset)
        at = match.end() if match else self.offset
        found = self.text.startswith(token, at)
        if found:
            self.offset = at + len(token)
        return found

    def open(self, node: Parenthesised) -> int:
        """Passes the parentheses before ``node``; the offset behind them."""
        for _ in node.lpar:
            self.eat("(")
        return self.next()

    def close(self, node: Parenthesised, start: int, built: ast.AST) -> bool:
        """Places what was built of ``node``, passes the parentheses behind it."""
        self.built = self.place(built, start)
        for _ in node.rpar:
            self.eat(")")
        return False

    def finish(self, start: int, built: ast.AST) -> bool:
        """Places what was built of a node that knows no parentheses."""
        self.built = self.place(built, start)
        return False

    def open_outer(self, node: Parenthesised) -> int:
        """Passes the parentheses before ``node`` but for the innermost, which is a part of it; the offset of that one."""
        for _ in node.lpar[1:]:
            self.eat("(")
        return self.next()

    def close_outer(self, node: Parenthesised, start: int, built: ast.AST) -> bool:
        self.built = self.place(built, start)
        for _ in node.rpar[1:]:
            self.eat(")")
        return False

    def place(self, built: N, start: int) -> N:
        """Has ``built`` reach from ``start`` to here."""
        node: Any = built
        node.lineno, node.col_offset = self._position(start)
        node.end_lineno, node.end_col_offset = self._position(self.offset)
        return built
