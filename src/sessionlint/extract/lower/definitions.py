"""Functions and classes."""

import ast

from sessionlint.extract.lower.parameters import parameters
from sessionlint.extract.lower.terms import arguments
from sessionlint.extract.lower.walk import CannotTellError, StatementTable, Walk
from sessionlint.model.facts import Class, Function, Statement
from sessionlint.model.regex import regex

_TO_NAME = regex(r"(?:async[\s\\]+)?(?:def|class)[\s\\]+")
_TO_CLOSING_PARENTHESIS = regex(r"(?:[\s\\,/(]|#[^\r\n]*(?![^\r\n]))*\)")
_TO_OPENING_PARENTHESIS = regex(r"(?:[\s\\,)\]]|#[^\r\n]*(?![^\r\n]))*\(")
_TO_DECORATOR = regex(r"@(?:[\s\\(]|#[^\r\n]*(?![^\r\n]))*")


def _start(walk: Walk, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, start: int) -> int:
    """Where the definition begins with its decorators; ``start`` is that of its word."""
    if not node.decorator_list:
        return start
    text, decorator = walk.text, walk.start(node.decorator_list[0])
    at = decorator - 1
    while at >= 0 and not (text[at] == "@" and not text[text.rfind("\n", 0, at) + 1 : at].strip()):
        at -= 1
    sign = _TO_DECORATOR.match(text, max(at, 0))
    if sign is None or sign.end() < decorator:
        raise CannotTellError("a decorator without its sign")
    return walk.shared(at)


def _name_start(walk: Walk, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, start: int) -> int:
    before = _TO_NAME.match(walk.text, start)
    if before is None:
        raise CannotTellError("a definition without its word")
    return walk.shared(before.end())


def _behind_opening_parenthesis(walk: Walk, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, name_start: int) -> int:
    params = getattr(node, "type_params", None)
    last = walk.end(params[-1]) if params else name_start + len(node.name)
    if walk.text.startswith("(", last):
        return last + 1
    opening = _TO_OPENING_PARENTHESIS.match(walk.text, last)
    return opening.end() if opening else last


def _behind_closing_parenthesis(walk: Walk, last: int) -> int:
    if walk.text.startswith(")", last):
        return last + 1
    closing = _TO_CLOSING_PARENTHESIS.match(walk.text, last)
    return closing.end() if closing else last


def _function(walk: Walk, node: ast.FunctionDef | ast.AsyncFunctionDef, start: int, _: int) -> Statement:
    decorators = walk.all_terms(node.decorator_list)
    name_start = _name_start(walk, node, start)
    opening = _behind_opening_parenthesis(walk, node, name_start)
    params = parameters(walk, node.args, opening)
    returns = walk.optional(node.returns)
    last = _behind_closing_parenthesis(walk, params[-1].end if params else opening)
    returns_start = returns_end = walk.shared(last)
    if node.returns is not None:
        returns_start, returns_end = walk.shared(walk.skip_gap(last)), walk.shared(walk.outer_end(walk.end(node.returns)))
    outer, walk.yields = walk.yields, False
    body = walk.lines(node.body)
    is_generator, walk.yields = walk.yields, outer
    return Function(
        _start(walk, node, start),
        body[-1].end,
        node.name,
        name_start,
        params,
        returns,
        returns_start,
        returns_end,
        walk.shared(walk.skip_gap(returns_end) + 1),
        decorators,
        body,
        isinstance(node, ast.AsyncFunctionDef),
        is_generator,
    )


def _class(walk: Walk, node: ast.ClassDef, start: int, _: int) -> Statement:
    decorators = walk.all_terms(node.decorator_list)
    name_start = _name_start(walk, node, start)
    behind = _behind_opening_parenthesis(walk, node, name_start) - 1
    bases = arguments(walk, node.bases, node.keywords, behind, len(walk.text))
    outer, walk.yields = walk.yields, False
    body = walk.lines(node.body)
    walk.yields = outer
    return Class(_start(walk, node, start), body[-1].end, node.name, name_start, bases, decorators, body)


STATEMENTS: StatementTable = {
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.ClassDef: _class,
}
