"""Simple statements: those that fit on one line."""

import ast
from collections.abc import Sequence
from typing import Any

from sessionlint.extract.lower.walk import StatementTable, Walk
from sessionlint.extract.newer import nodes
from sessionlint.model.facts import (
    Alias,
    Assert,
    Assign,
    Constant,
    Delete,
    Evaluate,
    Import,
    Jump,
    Raise,
    Return,
    Scoping,
    Statement,
)


def _assign(walk: Walk, node: ast.Assign, start: int, end: int) -> Statement:
    return Assign(start, end, walk.all_terms(node.targets), walk.term(node.value))


def _annotated(walk: Walk, node: ast.AnnAssign, start: int, end: int) -> Statement:
    annotation = walk.term(node.annotation)
    return Assign(start, end, (walk.term(node.target),), walk.optional(node.value), annotation)


def _augmented(walk: Walk, node: ast.AugAssign, start: int, end: int) -> Statement:
    return Assign(start, end, (walk.term(node.target),), walk.term(node.value), augmented=True)


def _type_alias(walk: Walk, node: Any, start: int, end: int) -> Statement:
    # of the type ast.TypeAlias, which the oldest Python does not know
    return Assign(start, end, (walk.term(node.name),), walk.term(node.value))


def _evaluate(walk: Walk, node: ast.Expr, start: int, end: int) -> Statement:
    value = node.value
    if type(value) is ast.Constant and type(value.value) is str:
        return Evaluate(start, end, Constant(walk.start(value), walk.end(value), ""))
    return Evaluate(start, end, walk.term(value))


def _return(walk: Walk, node: ast.Return, start: int, end: int) -> Statement:
    return Return(start, end, walk.optional(node.value))


def _raise(walk: Walk, node: ast.Raise, start: int, end: int) -> Statement:
    return Raise(start, end, walk.optional(node.exc), walk.optional(node.cause))


def _delete(walk: Walk, node: ast.Delete, start: int, end: int) -> Statement:
    return Delete(start, end, walk.all_terms(node.targets))


def _assert(walk: Walk, node: ast.Assert, start: int, end: int) -> Statement:
    return Assert(start, end, walk.term(node.test), walk.optional(node.msg))


def _pass(walk: Walk, node: ast.Pass, start: int, end: int) -> Statement:
    return Jump(start, end, "pass")


def _break(walk: Walk, node: ast.Break, start: int, end: int) -> Statement:
    return Jump(start, end, "break")


def _continue(walk: Walk, node: ast.Continue, start: int, end: int) -> Statement:
    return Jump(start, end, "continue")


def _global(walk: Walk, node: ast.Global, start: int, end: int) -> Statement:
    return Scoping(start, end, "global", tuple(node.names))


def _nonlocal(walk: Walk, node: ast.Nonlocal, start: int, end: int) -> Statement:
    return Scoping(start, end, "nonlocal", tuple(node.names))


def _aliases(walk: Walk, nodes: Sequence[ast.alias]) -> tuple[Alias, ...]:
    return tuple([Alias(walk.start(node), walk.end(node), node.name, node.asname) for node in nodes])


def _import(walk: Walk, node: ast.Import, start: int, end: int) -> Statement:
    return Import(start, end, None, 0, _aliases(walk, node.names))


def _import_from(walk: Walk, node: ast.ImportFrom, start: int, end: int) -> Statement:
    return Import(start, end, node.module or "", node.level, _aliases(walk, node.names))


STATEMENTS: StatementTable = {
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    nodes.TypeAlias: _type_alias,
    ast.Expr: _evaluate,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.Delete: _delete,
    ast.Assert: _assert,
    ast.Pass: _pass,
    ast.Break: _break,
    ast.Continue: _continue,
    ast.Global: _global,
    ast.Nonlocal: _nonlocal,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
}
