"""Compound statements other than definitions."""

from collections.abc import Iterator

import libcst as cst

from sessionlint.extract.concrete.walk import StatementTable, Walk
from sessionlint.model.facts import Block, Case, For, Handler, If, Match, Statement, Try, While, With, WithItem


def _else(walk: Walk, node: cst.If | cst.Else | None) -> Block:
    if node is None:
        return ()
    return walk.lines((node,)) if isinstance(node, cst.If) else walk.block(node.body)


def _if(walk: Walk, node: cst.If) -> Statement:
    return If(walk.span(node), walk.term(node.test), walk.block(node.body), _else(walk, node.orelse))


def _for(walk: Walk, node: cst.For) -> Statement:
    target, iterated = walk.term(node.target), walk.term(node.iter)
    body, orelse = walk.block(node.body), _else(walk, node.orelse)
    return For(walk.span(node), target, iterated, body, orelse, node.asynchronous is not None)


def _while(walk: Walk, node: cst.While) -> Statement:
    return While(walk.span(node), walk.term(node.test), walk.block(node.body), _else(walk, node.orelse))


def _with_item(walk: Walk, node: cst.WithItem) -> WithItem:
    target = None if node.asname is None else walk.term(node.asname.name)
    return WithItem(walk.span(node), walk.term(node.item), target)


def _with(walk: Walk, node: cst.With) -> Statement:
    items = tuple([_with_item(walk, item) for item in node.items])
    return With(walk.span(node), items, walk.block(node.body), node.asynchronous is not None)


def _handler(walk: Walk, node: cst.ExceptHandler | cst.ExceptStarHandler) -> Handler:
    name = node.name.name.value if node.name is not None and isinstance(node.name.name, cst.Name) else None
    return Handler(walk.span(node), walk.optional(node.type), name, walk.block(node.body))


def _try(walk: Walk, node: cst.Try | cst.TryStar) -> Statement:
    body = walk.block(node.body)
    handlers = tuple([_handler(walk, handler) for handler in node.handlers])
    final = () if node.finalbody is None else walk.block(node.finalbody.body)
    return Try(walk.span(node), body, handlers, _else(walk, node.orelse), final)


def _bound(pattern: cst.CSTNode) -> Iterator[str]:
    """The names that a pattern of ``match`` binds, in the order in which they are written."""
    if isinstance(pattern, cst.MatchAs):
        if pattern.pattern is not None:
            yield from _bound(pattern.pattern)
        if pattern.name is not None:
            yield pattern.name.value
    elif isinstance(pattern, cst.MatchStar):
        if pattern.name is not None:
            yield pattern.name.value
    elif isinstance(pattern, cst.MatchMapping):
        for entry in pattern.elements:
            yield from _bound(entry.pattern)
        if pattern.rest is not None:
            yield pattern.rest.value
    elif isinstance(pattern, cst.MatchClass):
        for element in pattern.patterns:
            yield from _bound(element.value)
        for keyword in pattern.kwds:
            yield from _bound(keyword.pattern)
    elif isinstance(pattern, cst.MatchOr):
        for alternative in pattern.patterns:
            yield from _bound(alternative.pattern)
    elif isinstance(pattern, cst.MatchList | cst.MatchTuple):
        for item in pattern.patterns:
            yield from _bound(item.value if isinstance(item, cst.MatchSequenceElement) else item)


def _case(walk: Walk, node: cst.MatchCase) -> Case:
    binds = tuple(dict.fromkeys(_bound(node.pattern)))
    return Case(walk.span(node), binds, walk.optional(node.guard), walk.block(node.body))


def _match(walk: Walk, node: cst.Match) -> Statement:
    return Match(walk.span(node), walk.term(node.subject), tuple([_case(walk, case) for case in node.cases]))


STATEMENTS: StatementTable = {
    cst.If: _if,
    cst.For: _for,
    cst.While: _while,
    cst.With: _with,
    cst.Try: _try,
    cst.TryStar: _try,
    cst.Match: _match,
}
