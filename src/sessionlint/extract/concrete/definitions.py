"""Functions and classes."""

import re

import libcst as cst

from sessionlint.extract.concrete.parameters import parameters
from sessionlint.extract.concrete.terms import argument
from sessionlint.extract.concrete.walk import StatementTable, Walk
from sessionlint.model.facts import Class, Function, Statement
from sessionlint.model.source import Span

_TO_CLOSING_PARENTHESIS = re.compile(r"(?:[\s\\,/(]|#[^\r\n]*(?![^\r\n]))*\)")
_TO_OPENING_PARENTHESIS = re.compile(r"(?:[\s\\,)\]]|#[^\r\n]*(?![^\r\n]))*\(")


def _definition_span(walk: Walk, node: cst.FunctionDef | cst.ClassDef) -> Span:
    return walk.between(node.decorators[0] if node.decorators else node, node)


def _behind_parameters(walk: Walk, node: cst.FunctionDef, last: int | None) -> int:
    """The offset behind the parenthesis that closes the parameters, the last of which ends at ``last``."""
    if last is None:
        name = node.name
        last = walk.span(name).end
        if node.type_parameters is not None:
            last = _behind_type_parameters(walk, node.type_parameters)
        opening = _TO_OPENING_PARENTHESIS.match(walk.text, last)
        last = opening.end() if opening else last
    closing = _TO_CLOSING_PARENTHESIS.match(walk.text, last)
    return closing.end() if closing else last


def _behind_type_parameters(walk: Walk, node: cst.TypeParameters) -> int:
    param = node.params[-1]
    return walk.outer_end(param.default) if param.default is not None else walk.span(param.param).end


def _function(walk: Walk, node: cst.FunctionDef) -> Statement:
    decorators = walk.all_terms(decorator.decorator for decorator in node.decorators)
    params = parameters(walk, node.params)
    returns = None if node.returns is None else walk.term(node.returns.annotation)
    closing = _behind_parameters(walk, node, params[-1].span.end if params else None)
    returns_span = Span(closing, closing)
    if node.returns is not None:
        returns_span = Span(walk.skip_gap(closing), walk.span(node.returns).end)
    outer, walk.yields = walk.yields, False
    body = walk.block(node.body)
    is_generator, walk.yields = walk.yields, outer
    return Function(
        _definition_span(walk, node),
        node.name.value,
        walk.span(node.name),
        params,
        returns,
        returns_span,
        walk.skip_gap(returns_span.end) + 1,
        decorators,
        body,
        node.asynchronous is not None,
        is_generator,
    )


def _class(walk: Walk, node: cst.ClassDef) -> Statement:
    decorators = walk.all_terms(decorator.decorator for decorator in node.decorators)
    bases = tuple([argument(walk, arg) for arg in (*node.bases, *node.keywords)])
    outer, walk.yields = walk.yields, False
    body = walk.block(node.body)
    walk.yields = outer
    return Class(_definition_span(walk, node), node.name.value, walk.span(node.name), bases, decorators, body)


STATEMENTS: StatementTable = {cst.FunctionDef: _function, cst.ClassDef: _class}
