"""Where each node of a concrete syntax tree stands in its text.

libcst's own position metadata costs as much as ten parses. Generating the code once more with a state that only counts
characters gives the same answer: the nodes announce themselves while they write.
"""

from typing import Any

from libcst import CSTNode, Module


class CodegenMismatchError(Exception):
    """The tree does not reproduce the text it was parsed from, so no position in it can be trusted."""


class _Recording:
    """What libcst enters around the tokens of a node, without the white space and parentheses around it."""

    __slots__ = ("end_node", "node", "start", "start_node", "state")

    def __init__(self, state: "_CountingState", node: CSTNode, start_node: CSTNode | None, end_node: CSTNode | None) -> None:
        self.state = state
        self.node = node
        self.start_node = start_node
        self.end_node = end_node

    def __enter__(self) -> None:
        self.start = self.state.offset

    def __exit__(self, *exc: object) -> None:
        spans = self.state.spans
        start = spans[self.start_node][0] if self.start_node in spans else self.start
        end = spans[self.end_node][1] if self.end_node in spans else self.state.offset
        spans[self.node] = (start, end)


class _CountingState:
    """The interface of ``libcst._nodes.internal.CodegenState`` (1.8 and 1.9), with a running offset."""

    def __init__(self, default_indent: str, default_newline: str) -> None:
        self.default_indent = default_indent
        self.default_newline = default_newline
        self.indent_tokens: list[str] = []
        self.tokens: list[str] = []
        self.offset = 0
        self.spans: dict[CSTNode | None, tuple[int, int]] = {}

    def increase_indent(self, value: str) -> None:
        self.indent_tokens.append(value)

    def decrease_indent(self) -> None:
        self.indent_tokens.pop()

    def add_indent_tokens(self) -> None:
        self.tokens += self.indent_tokens
        for token in self.indent_tokens:
            self.offset += len(token)

    def add_token(self, value: str) -> None:
        self.tokens.append(value)
        self.offset += len(value)

    def before_codegen(self, node: CSTNode) -> None: ...

    def after_codegen(self, node: CSTNode) -> None: ...

    def pop_trailing_newline(self) -> None:
        if self.tokens:
            self.tokens.pop()

    def record_syntactic_position(
        self, node: CSTNode, *, start_node: CSTNode | None = None, end_node: CSTNode | None = None
    ) -> _Recording:
        return _Recording(self, node, start_node, end_node)


def locate(module: Module, text: str) -> dict[CSTNode | None, tuple[int, int]]:
    """The (start, end) offsets of the nodes of ``module``, which was parsed from ``text``.

    Raises CodegenMismatchError when the tree does not give back the text exactly.
    """
    state: Any = _CountingState(module.default_indent, module.default_newline)
    module._codegen(state)
    if "".join(state.tokens) != text:
        raise CodegenMismatchError
    spans: dict[CSTNode | None, tuple[int, int]] = state.spans
    return spans
