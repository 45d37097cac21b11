"""Expressions: names, attributes, calls, operators."""

import ast
from collections.abc import Mapping, Sequence

from sessionlint.extract.lower.displays import parenthesised
from sessionlint.extract.lower.parameters import parameters
from sessionlint.extract.lower.walk import TermTable, Walk
from sessionlint.model.facts import (
    Argument,
    Attribute,
    Await,
    BoolOp,
    Call,
    Conditional,
    Given,
    Lambda,
    Name,
    Operation,
    Subscript,
    Term,
    Walrus,
    Yield,
)

_BINARY: Mapping[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.MatMult: "@",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
}
_UNARY: Mapping[type[ast.unaryop], str] = {ast.Not: "not", ast.USub: "-", ast.UAdd: "+", ast.Invert: "~"}
_COMPARING: Mapping[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}
_WITH_OWN_PARENTHESES = (ast.Tuple, ast.GeneratorExp)


def _attribute(walk: Walk, node: ast.Attribute, start: int, end: int) -> Term:
    return Attribute(start, end, walk.term(node.value), node.attr)


def _in_order(args: Sequence[ast.expr], keywords: Sequence[ast.keyword]) -> Sequence[ast.expr | ast.keyword]:
    """As they are written: ``*args`` may follow a keyword."""
    found: list[ast.expr | ast.keyword] = [*args, *keywords]
    if args and keywords and _position(args[-1]) > _position(keywords[0]):
        found.sort(key=_position)
    return found


def _position(node: ast.expr | ast.keyword) -> tuple[int, int]:
    return node.lineno, node.col_offset


def arguments(
    walk: Walk, args: Sequence[ast.expr], keywords: Sequence[ast.keyword], behind: int, closing: int
) -> tuple[Given, ...]:
    """The arguments of a call or class header.

    ``behind`` lies before the parenthesis that opens them with no other between, ``closing`` is where they are closed.
    """
    found: list[Given] = []
    for node in _in_order(args, keywords) if keywords else args:
        if isinstance(node, ast.keyword):
            start, end = walk.start(node), walk.end(node)
            found.append(Argument(start, end, walk.term(node.value), node.arg, "" if node.arg else "**"))
        elif isinstance(node, ast.Starred):
            found.append(Argument(walk.start(node), walk.end(node), walk.term(node.value), None, "*"))
        else:
            found.append(_positional(walk, node, found[-1].end if found else behind, closing))
    return tuple(found)


def _positional(walk: Walk, node: ast.expr, behind: int, closing: int) -> Given:
    """``behind`` lies before the comma or parenthesis in front of the argument."""
    term = walk.term(node)
    start, end = term.start, term.end
    if isinstance(node, _WITH_OWN_PARENTHESES):
        start, end = walk.start(node), walk.end(node)
    if end > closing:  # the parentheses of a generator are those of its call
        return term
    if end != closing and walk.text[end] != ",":
        outer = walk.skip_gap(walk.skip_gap(behind) + 1)
        start, end = outer, walk.closed(end, walk.opened(outer, start))
    return term if start == term.start and end == term.end else Argument(start, end, term)


def _call(walk: Walk, node: ast.Call, start: int, end: int) -> Term:
    func = walk.term(node.func)
    if not node.args and not node.keywords:
        return Call(start, end, func, ())
    behind = func.end
    if walk.text[behind] != "(":
        behind = walk.outer_end(behind)
    return Call(start, end, func, arguments(walk, node.args, node.keywords, behind, end - 1))


def _await(walk: Walk, node: ast.Await, start: int, end: int) -> Term:
    return Await(start, end, walk.term(node.value))


def _yield(walk: Walk, node: ast.Yield, start: int, end: int) -> Term:
    walk.yields = True
    return Yield(start, end, walk.optional(node.value))


def _yield_from(walk: Walk, node: ast.YieldFrom, start: int, end: int) -> Term:
    walk.yields = True
    return Yield(start, end, walk.term(node.value), delegated=True)


def _lambda(walk: Walk, node: ast.Lambda, start: int, end: int) -> Term:
    params = parameters(walk, node.args, start + len("lambda"))
    outer, walk.yields = walk.yields, False
    body = walk.term(node.body)
    walk.yields = outer
    return Lambda(start, end, params, body)


def _boolean(walk: Walk, node: ast.BoolOp, start: int, end: int) -> Term:
    op = "or" if isinstance(node.op, ast.Or) else "and"
    values: list[Term] = []
    for operand in node.values:
        value = walk.term(operand)
        values += value.values if isinstance(value, BoolOp) and value.op == op else [value]
    return BoolOp(start, end, "or" if op == "or" else "and", tuple(values))


def _left_operands(node: ast.BinOp) -> list[ast.expr]:
    """The operands of ``a + b + c``, which parses as ``(a + b) + c``: one level, however long the chain."""
    operands = [node.right]
    left = node.left
    # a parenthesis around what is on the left would have the whole begin earlier
    while isinstance(left, ast.BinOp) and type(left.op) is type(node.op) and _begin_together(left, node):
        operands.append(left.right)
        left = left.left
    return [left, *reversed(operands)]


def _begin_together(one: ast.expr, two: ast.expr) -> bool:
    return one.col_offset == two.col_offset and one.lineno == two.lineno


def _binary(walk: Walk, node: ast.BinOp, start: int, end: int) -> Term:
    return Operation(start, end, _BINARY[type(node.op)], walk.all_terms(_left_operands(node)))


def _unary(walk: Walk, node: ast.UnaryOp, start: int, end: int) -> Term:
    return Operation(start, end, _UNARY[type(node.op)], (walk.term(node.operand),))


def _comparison(walk: Walk, node: ast.Compare, start: int, end: int) -> Term:
    op = ", ".join([_COMPARING[type(operator)] for operator in node.ops])
    return Operation(start, end, op, walk.all_terms((node.left, *node.comparators)))


def _conditional(walk: Walk, node: ast.IfExp, start: int, end: int) -> Term:
    return Conditional(start, end, walk.term(node.test), walk.term(node.body), walk.term(node.orelse))


def _slice(walk: Walk, node: ast.Slice, start: int, end: int) -> Term:
    if walk.text[end - 1] == ":":
        end = walk.skip_gap(end)  # which libcst takes for a part of the colon
    bounds = [bound for bound in (node.lower, node.upper, node.step) if bound is not None]
    return Operation(start, end, "slice", walk.all_terms(bounds))


def _subscript(walk: Walk, node: ast.Subscript, start: int, end: int) -> Term:
    value, index = walk.term(node.value), node.slice
    several = isinstance(index, ast.Tuple) and not parenthesised(walk, index)
    items = walk.all_terms(index.elts) if isinstance(index, ast.Tuple) and several else (walk.term(index),)
    return Subscript(start, end, value, items)


def _walrus(walk: Walk, node: ast.NamedExpr, start: int, end: int) -> Term:
    return Walrus(start, end, Name(walk.start(node.target), node.target.id), walk.term(node.value))


TERMS: TermTable = {
    ast.Attribute: _attribute,
    ast.Call: _call,
    ast.Await: _await,
    ast.Yield: _yield,
    ast.YieldFrom: _yield_from,
    ast.Lambda: _lambda,
    ast.BoolOp: _boolean,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.Compare: _comparison,
    ast.IfExp: _conditional,
    ast.Subscript: _subscript,
    ast.Slice: _slice,
    ast.NamedExpr: _walrus,
}
