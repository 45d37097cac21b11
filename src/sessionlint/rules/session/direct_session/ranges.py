"""A name that holds one session here and another there: which statements mean which."""

from collections.abc import Iterator
from dataclasses import replace

from sessionlint.link.names.scopes import FunctionScope
from sessionlint.link.names.sites import Placed, inner_functions, placed, sites
from sessionlint.model import walk
from sessionlint.model.facts import Assign, Block, Name, Statement, With
from sessionlint.questions.sessions.lives import Life, statement_mentions


def by_itself(life: Life) -> tuple[Life, Block] | None:
    """The life with what is its own, and the statements that use it, where the name holds other sessions in other statements."""
    function, name, opening = life.scope, life.name, life.opening.statement
    if not isinstance(function, FunctionScope) or name is None or life.names != {name} or len(function.bindings[name]) < 2:
        return None
    binding = [one for one in placed(function) if name in _bound(one.statement)]
    if len(binding) != len(function.bindings[name]) or not _are_apart(binding, name, function):
        return None
    covered = next((_range(one, name) for one in binding if one.statement is opening), ())
    if not covered:
        return None
    closes = tuple(site for site in life.closes if _stands_in(site.statement, covered))
    return replace(life, closes=closes), covered


def _bound(statement: Statement) -> Iterator[str]:
    targets = statement.targets if isinstance(statement, Assign) else ()
    items = statement.items if isinstance(statement, With) else ()
    yield from (one.id for one in (*targets, *(item.target for item in items)) if isinstance(one, Name))


def _range(bound: Placed, name: str) -> Block:
    """The statements behind a binding, or in its ``with``, through the last that mentions the name before it is bound again."""
    if isinstance(bound.statement, With):
        return bound.statement.body
    found: list[Statement] = []
    for one in bound.block[bound.block.index(bound.statement) + 1 :]:
        if any(name in _bound(inner) for inner in walk.statements((one,))):
            break
        found.append(one)
    last = max((index for index, one in enumerate(found) if statement_mentions(one, frozenset({name}))), default=-1)
    return tuple(found[: last + 1])


def _are_apart(binding: list[Placed], name: str, function: FunctionScope) -> bool:
    """Whether every mention of the name stands behind the one binding that it speaks of, and none of these inside another's."""
    if any(_stands_in(one.statement, _range(other, name)) for one in binding for other in binding if one is not other):
        return False
    if any(walk.dotted(site.term) == name for inner in inner_functions(function) for site in sites(inner)):
        return False
    spans = [one.statement.span for one in binding] + [one.span for bound in binding for one in _range(bound, name)]
    mentions = (site for site in sites(function) if isinstance(site.term, Name) and site.term.id == name)
    return all(any(span.contains(site.term.span) for span in spans) for site in mentions)


def _stands_in(statement: Statement, block: Block) -> bool:
    return any(one.span.contains(statement.span) for one in block)
