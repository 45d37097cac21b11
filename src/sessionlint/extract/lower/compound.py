"""Compound statements other than definitions."""

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Any

from sessionlint.extract.lower.walk import CannotTellError, StatementTable, Walk
from sessionlint.extract.newer import nodes
from sessionlint.model.facts import Block, Case, For, Handler, If, Match, Statement, Try, While, With, WithItem
from sessionlint.model.source import Span

_WITH = re.compile(r"(?:async[\s\\]+)?with")


def _whole(walk: Walk, node: ast.stmt | ast.ExceptHandler, *blocks: Block) -> Span:
    """A compound statement ends with the last of its blocks that is not empty. The tree would add a semicolon behind it."""
    last = next(block for block in reversed(blocks) if block)
    return Span(walk.start(node), last[-1].span.end)


def _if(walk: Walk, node: ast.If) -> Statement:
    test, body, orelse = walk.term(node.test), walk.lines(node.body), walk.lines(node.orelse)
    return If(_whole(walk, node, body, orelse), test, body, orelse)


def _for(walk: Walk, node: ast.For | ast.AsyncFor) -> Statement:
    target, iterated = walk.term(node.target), walk.term(node.iter)
    body, orelse = walk.lines(node.body), walk.lines(node.orelse)
    return For(_whole(walk, node, body, orelse), target, iterated, body, orelse, isinstance(node, ast.AsyncFor))


def _while(walk: Walk, node: ast.While) -> Statement:
    test, body, orelse = walk.term(node.test), walk.lines(node.body), walk.lines(node.orelse)
    return While(_whole(walk, node, body, orelse), test, body, orelse)


def _behind(walk: Walk, outer_start: int, node: ast.expr) -> int:
    """The end of ``node`` with the parentheses around it, which begin at ``outer_start``."""
    return walk.closed(walk.end(node), walk.opened(outer_start, walk.start(node)))


def _with_item(walk: Walk, start: int, node: ast.withitem) -> WithItem:
    end = _behind(walk, start, node.context_expr)
    if node.optional_vars is not None:
        end = _behind(walk, walk.skip_gap(walk.skip_gap(end) + len("as")), node.optional_vars)
    return WithItem(Span(start, end), walk.term(node.context_expr), walk.optional(node.optional_vars))


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


def _with(walk: Walk, node: ast.With | ast.AsyncWith) -> Statement:
    word = _WITH.match(walk.text, walk.start(node))
    if word is None:
        raise CannotTellError("a with statement without its word")
    start = walk.skip_gap(word.end())
    if walk.text[start] == "(" and _has_parentheses(walk, node, start):
        start = walk.skip_gap(start + 1)
    items: list[WithItem] = []
    for item in node.items:
        items.append(_with_item(walk, start, item))
        start = walk.skip_gap(walk.skip_gap(items[-1].span.end) + 1)
    body = walk.lines(node.body)
    return With(_whole(walk, node, body), tuple(items), body, isinstance(node, ast.AsyncWith))


def _handler(walk: Walk, node: ast.ExceptHandler) -> Handler:
    type_, body = walk.optional(node.type), walk.lines(node.body)
    return Handler(_whole(walk, node, body), type_, node.name, body)


def _try(walk: Walk, node: Any) -> Statement:
    # an ast.Try or, of the same fields, an ast.TryStar, which the oldest Python does not know
    body = walk.lines(node.body)
    handlers = tuple([_handler(walk, handler) for handler in node.handlers])
    orelse, final = walk.lines(node.orelse), walk.lines(node.finalbody)
    handled = handlers[-1].body if handlers else ()
    return Try(_whole(walk, node, body, handled, orelse, final), body, handlers, orelse, final)


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
    return Case(Span(start, body[-1].span.end), binds, guard, body)


def _match(walk: Walk, node: ast.Match) -> Statement:
    subject = walk.term(node.subject)
    behind = walk.skip_gap(walk.outer_end(walk.end(node.subject))) + 1
    cases: list[Case] = []
    for case in node.cases:
        cases.append(_case(walk, cases[-1].span.end if cases else behind, case))
    return Match(_whole(walk, node, cases[-1].body), subject, tuple(cases))


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
