"""Compound statements other than definitions."""

import ast
from collections.abc import Iterable, Iterator
from typing import Any

from sessionlint.extract.lower.walk import CannotTellError, StatementTable, Walk
from sessionlint.extract.newer import nodes
from sessionlint.model.facts import Block, Case, For, Handler, If, Match, Statement, Try, While, With, WithItem
from sessionlint.model.regex import regex

_WITH = regex(r"(?:async[\s\\]+)?with")


def _end(*blocks: Block) -> int:
    """A compound statement ends with the last of its blocks that is not empty. The tree would add a semicolon behind it."""
    return next(block for block in reversed(blocks) if block)[-1].end


def _if(walk: Walk, node: ast.If, start: int, _: int) -> Statement:
    test, body, orelse = walk.term(node.test), walk.lines(node.body), walk.lines(node.orelse)
    return If(start, _end(body, orelse), test, body, orelse)


def _for(walk: Walk, node: ast.For | ast.AsyncFor, start: int, _: int) -> Statement:
    target, iterated = walk.term(node.target), walk.term(node.iter)
    body, orelse = walk.lines(node.body), walk.lines(node.orelse)
    return For(start, _end(body, orelse), target, iterated, body, orelse, isinstance(node, ast.AsyncFor))


def _while(walk: Walk, node: ast.While, start: int, _: int) -> Statement:
    test, body, orelse = walk.term(node.test), walk.lines(node.body), walk.lines(node.orelse)
    return While(start, _end(body, orelse), test, body, orelse)


def _behind(walk: Walk, outer_start: int, node: ast.expr) -> int:
    """The end of ``node`` with the parentheses around it, which begin at ``outer_start``."""
    return walk.closed(walk.end(node), walk.opened(outer_start, walk.start(node)))


def _with_item(walk: Walk, start: int, node: ast.withitem) -> WithItem:
    end = _behind(walk, start, node.context_expr)
    if node.optional_vars is not None:
        end = _behind(walk, walk.skip_gap(walk.skip_gap(end) + len("as")), node.optional_vars)
    return WithItem(start, end, walk.term(node.context_expr), walk.optional(node.optional_vars))


def _has_parentheses(walk: Walk, node: ast.With | ast.AsyncWith, start: int) -> bool:
    """Whether a parenthesis at ``start`` belongs to the statement and not to its first item."""
    first = node.items[0].context_expr
    opened = walk.opened(start, walk.start(first))
    behind, closed = walk.end(first), 0
    while walk.text[behind := walk.skip_gap(behind)] == ")":
        behind, closed = behind + 1, closed + 1
    if walk.text[behind] == ":":  # nothing but the one item: Python lets the statement have the outermost parenthesis
        return opened > isinstance(first, ast.Yield | ast.YieldFrom | ast.NamedExpr)
    return opened > closed


def _with(walk: Walk, node: ast.With | ast.AsyncWith, start: int, _: int) -> Statement:
    word = _WITH.match(walk.text, start)
    if word is None:
        raise CannotTellError("a with statement without its word")
    at = walk.skip_gap(word.end())
    if walk.text[at] == "(" and _has_parentheses(walk, node, at):
        at = walk.skip_gap(at + 1)
    items: list[WithItem] = []
    for item in node.items:
        items.append(_with_item(walk, at, item))
        at = walk.skip_gap(walk.skip_gap(items[-1].end) + 1)
    body = walk.lines(node.body)
    return With(start, _end(body), tuple(items), body, isinstance(node, ast.AsyncWith))


def _handler(walk: Walk, node: ast.ExceptHandler) -> Handler:
    type_, body = walk.optional(node.type), walk.lines(node.body)
    return Handler(walk.start(node), _end(body), type_, node.name, body)


def _try(walk: Walk, node: Any, start: int, _: int) -> Statement:
    # an ast.Try or, of the same fields, an ast.TryStar, which the oldest Python does not know
    body = walk.lines(node.body)
    handlers = tuple([_handler(walk, handler) for handler in node.handlers])
    orelse, final = walk.lines(node.orelse), walk.lines(node.finalbody)
    handled = handlers[-1].body if handlers else ()
    return Try(start, _end(body, handled, orelse, final), body, handlers, orelse, final)


def _bound(pattern: ast.pattern) -> Iterator[str]:
    """The names that a pattern of ``match`` binds, in the order in which they are written."""
    if isinstance(pattern, ast.MatchAs):
        if pattern.pattern is not None:
            yield from _bound(pattern.pattern)
        if pattern.name is not None:
            yield pattern.name
    elif isinstance(pattern, ast.MatchStar):
        if pattern.name is not None:
            yield pattern.name
    elif isinstance(pattern, ast.MatchMapping):
        yield from _all_bound(pattern.patterns)
        if pattern.rest is not None:
            yield pattern.rest
    elif isinstance(pattern, ast.MatchClass):
        yield from _all_bound((*pattern.patterns, *pattern.kwd_patterns))
    elif isinstance(pattern, ast.MatchOr | ast.MatchSequence):
        yield from _all_bound(pattern.patterns)


def _all_bound(patterns: Iterable[ast.pattern]) -> Iterator[str]:
    for pattern in patterns:
        yield from _bound(pattern)


def _case(walk: Walk, behind: int, node: ast.match_case) -> Case:
    """``behind`` is where what precedes the case ends, but for a semicolon."""
    start = walk.skip_gap(behind)
    if walk.text[start] == ";":
        start = walk.skip_gap(start + 1)
    if not walk.text.startswith("case", start):
        raise CannotTellError("a case that is not where it should be")
    binds = tuple(dict.fromkeys(_bound(node.pattern)))
    guard, body = walk.optional(node.guard), walk.lines(node.body)
    return Case(start, _end(body), binds, guard, body)


def _match(walk: Walk, node: ast.Match, start: int, _: int) -> Statement:
    subject = walk.term(node.subject)
    behind = walk.skip_gap(walk.outer_end(walk.end(node.subject))) + 1
    cases: list[Case] = []
    for case in node.cases:
        cases.append(_case(walk, cases[-1].end if cases else behind, case))
    return Match(start, _end(cases[-1].body), subject, tuple(cases))


STATEMENTS: StatementTable = {
    ast.If: _if,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Try: _try,
    nodes.TryStar: _try,
    ast.Match: _match,
}
