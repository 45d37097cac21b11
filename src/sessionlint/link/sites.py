"""Terms in their surroundings: which statement they stand in and what encloses them."""

from collections.abc import Iterator
from dataclasses import dataclass

from sessionlint.link import walk
from sessionlint.link.scopes import FunctionScope, ModuleScope, Scope
from sessionlint.model.facts import Block, Call, Function, Lambda, Statement, Term
from sessionlint.model.source import Place


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """One term where it stands. ``path`` are its ancestors inside the statement, nearest first; ``block`` holds the statement."""

    term: Term
    path: walk.Path
    statement: Statement
    block: Block
    scope: Scope

    @property
    def place(self) -> Place:
        return Place(self.scope.module.path, self.term.span)

    @property
    def in_lambda(self) -> bool:
        return any(isinstance(outer, Lambda) for outer in self.path)


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


def calls(module: ModuleScope) -> Iterator[Site]:
    """Every call of a module, with the scope in which it runs."""
    for scope in module.scopes:
        yield from (site for site in sites(scope) if isinstance(site.term, Call))


def inner_functions(function: FunctionScope) -> list[FunctionScope]:
    """The functions defined inside a function, at any depth."""
    return [other for other in function.module.functions if other is not function and _contains(function.node, other.node)]


def _contains(outer: Function, inner: Function) -> bool:
    return outer.span.contains(inner.span)
