"""Terms in their surroundings: which statement they stand in and what encloses them."""

from collections.abc import Callable, Iterator, Set
from itertools import takewhile

from sessionlint.link.names.scopes import FunctionScope, Scope, Site
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Block, Name, Statement, Term
from sessionlint.model.records import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A statement where it stands."""

    statement: Statement
    block: Block
    scope: Scope


def placed(scope: Scope) -> Iterator[Placed]:
    """Every statement of ``scope``'s own body, in source order."""
    return (Placed(statement, block, scope) for statement, block in _statements(scope.body))


def _statements(block: Block) -> Iterator[tuple[Statement, Block]]:
    waiting = [(statement, block) for statement in reversed(block)]
    while waiting:
        found = waiting.pop()
        yield found
        for inside in reversed(walk.blocks(found[0])):
            waiting += [(statement, inside) for statement in reversed(inside)]


def sites_of(place: Placed) -> Iterator[Site]:
    """Every term that the statement evaluates itself."""
    for term in walk.own_terms(place.statement):
        for inner, path in walk.descend(term):
            yield Site(inner, path, place.statement, place.block, place.scope)


def sites(scope: Scope, is_wanted: Callable[[Term], bool] | None = None) -> Iterator[Site]:
    """Every term that runs as part of ``scope``'s own body, in source order; only in those of its statements' own terms that
    are wanted."""
    for statement, block in _statements(scope.body):
        for term in walk.own_terms(statement):
            if is_wanted is None or is_wanted(term):
                for inner, path in walk.descend(term):
                    yield Site(inner, path, statement, block, scope)


def mentions(scope: Scope, names: Set[str]) -> Iterator[Site]:
    """Those of ``sites`` at which one of the dotted ``names`` stands; most others are told by their last part alone."""
    last = {name.rpartition(".")[2] for name in names}
    for statement, block in _statements(scope.body):
        for term in walk.own_terms(statement):
            for inner, path in walk.descend(term):
                if (type(inner) is Name and inner.id in names) or (
                    type(inner) is Attribute and inner.attr in last and walk.dotted(inner) in names
                ):
                    yield Site(inner, path, statement, block, scope)


def inner_functions(function: FunctionScope) -> list[FunctionScope]:
    """The functions defined inside a function, at any depth."""
    behind = function.module.functions_behind(function)
    return list(takewhile(lambda other: function.node.span.contains(other.node.span), behind))
