"""Terms in their surroundings: which statement they stand in and what encloses them."""

from collections.abc import Iterator

from sessionlint.link import walk
from sessionlint.link.scopes import FunctionScope, Scope, Site
from sessionlint.model.facts import Block, Function


def sites(scope: Scope) -> Iterator[Site]:
    """Every term that runs as part of ``scope``'s own body, in source order."""
    yield from _block_sites(scope.body, scope)


def _block_sites(block: Block, scope: Scope) -> Iterator[Site]:
    for statement in block:
        for term in walk.own_terms(statement):
            for inner, path in walk.descend(term):
                yield Site(inner, path, statement, block, scope)
        for inside in walk.blocks(statement):
            yield from _block_sites(inside, scope)


def inner_functions(function: FunctionScope) -> list[FunctionScope]:
    """The functions defined inside a function, at any depth."""
    return [other for other in function.module.functions if other is not function and _contains(function.node, other.node)]


def _contains(outer: Function, inner: Function) -> bool:
    return outer.span.contains(inner.span)
