"""Expressions: names, attributes, calls, operators."""

from typing import Any

import libcst as cst

from sessionlint.extract.concrete.parameters import parameters
from sessionlint.extract.concrete.walk import TermTable, Walk
from sessionlint.model.facts import (
    Argument,
    Attribute,
    Await,
    BoolOp,
    Call,
    Conditional,
    Constant,
    Lambda,
    Name,
    Operation,
    Subscript,
    Term,
    Walrus,
    Yield,
)

_SINGLETONS = {"None": None, "True": True, "False": False}


def _name(walk: Walk, node: cst.Name) -> Term:
    name = node.value
    return Constant(walk.span(node), _SINGLETONS[name]) if name in _SINGLETONS else Name(walk.span(node), name)


def _attribute(walk: Walk, node: cst.Attribute) -> Term:
    return Attribute(walk.span(node), walk.term(node.value), node.attr.value)


def argument(walk: Walk, node: cst.Arg) -> Argument:
    keyword = None if node.keyword is None else node.keyword.value
    return Argument(walk.span(node), walk.term(node.value), keyword, node.star)


def _call(walk: Walk, node: cst.Call) -> Term:
    return Call(walk.span(node), walk.term(node.func), tuple([argument(walk, arg) for arg in node.args]))


def _await(walk: Walk, node: cst.Await) -> Term:
    return Await(walk.span(node), walk.term(node.expression))


def _yield(walk: Walk, node: cst.Yield) -> Term:
    walk.yields = True
    if isinstance(node.value, cst.From):
        return Yield(walk.span(node), walk.term(node.value.item), delegated=True)
    return Yield(walk.span(node), walk.optional(node.value))


def _lambda(walk: Walk, node: cst.Lambda) -> Term:
    params = parameters(walk, node.params)
    outer, walk.yields = walk.yields, False
    body = walk.term(node.body)
    walk.yields = outer
    return Lambda(walk.span(node), params, body)


def _left_operands(node: cst.BooleanOperation | cst.BinaryOperation) -> list[cst.BaseExpression]:
    """The operands of ``a + b + c``, which parses as ``(a + b) + c``: one level, however long the chain."""
    operands = [node.right]
    left = node.left
    while isinstance(left, type(node)) and not left.lpar and type(left.operator) is type(node.operator):
        operands.append(left.right)
        left = left.left
    return [left, *reversed(operands)]


def _boolean(walk: Walk, node: cst.BooleanOperation) -> Term:
    op = "or" if isinstance(node.operator, cst.Or) else "and"
    values: list[Term] = []
    for operand in _left_operands(node):
        value = walk.term(operand)
        values += value.values if isinstance(value, BoolOp) and value.op == op else [value]
    return BoolOp(walk.span(node), "or" if op == "or" else "and", tuple(values))


def _binary(walk: Walk, node: cst.BinaryOperation) -> Term:
    return Operation(walk.span(node), _token(node.operator), walk.all_terms(_left_operands(node)))


def _unary(walk: Walk, node: cst.UnaryOperation) -> Term:
    return Operation(walk.span(node), _token(node.operator), (walk.term(node.expression),))


def _token(operator: Any) -> str:
    """How an operator is written: "+", "not in", "!="."""
    if isinstance(operator, cst.NotIn | cst.IsNot):
        return " ".join(operator._get_tokens())
    token: str = operator._get_token()
    return token


def _comparison(walk: Walk, node: cst.Comparison) -> Term:
    op = ", ".join([_token(target.operator) for target in node.comparisons])
    operands = walk.all_terms((node.left, *(target.comparator for target in node.comparisons)))
    return Operation(walk.span(node), op, operands)


def _conditional(walk: Walk, node: cst.IfExp) -> Term:
    return Conditional(walk.span(node), walk.term(node.test), walk.term(node.body), walk.term(node.orelse))


def _index(walk: Walk, node: cst.SubscriptElement) -> Term:
    inner = node.slice
    if isinstance(inner, cst.Index):
        value = walk.term(inner.value)
        return Operation(walk.span(node), "*", (value,)) if inner.star else value
    if not isinstance(inner, cst.Slice):
        return Operation(walk.span(node), "slice", ())
    bounds = [bound for bound in (inner.lower, inner.upper, inner.step) if bound is not None]
    return Operation(walk.span(node), "slice", walk.all_terms(bounds))


def _subscript(walk: Walk, node: cst.Subscript) -> Term:
    return Subscript(walk.span(node), walk.term(node.value), tuple([_index(walk, element) for element in node.slice]))


def _walrus(walk: Walk, node: cst.NamedExpr) -> Term:
    target = walk.term(node.target)
    value = walk.term(node.value)
    if isinstance(target, Name):
        return Walrus(walk.span(node), target, value)
    return Operation(walk.span(node), ":=", (target, value))


TERMS: TermTable = {
    cst.Name: _name,
    cst.Attribute: _attribute,
    cst.Call: _call,
    cst.Await: _await,
    cst.Yield: _yield,
    cst.Lambda: _lambda,
    cst.BooleanOperation: _boolean,
    cst.BinaryOperation: _binary,
    cst.UnaryOperation: _unary,
    cst.Comparison: _comparison,
    cst.IfExp: _conditional,
    cst.Subscript: _subscript,
    cst.NamedExpr: _walrus,
}
