"""The closes that the end of a ``with`` block replaces: those behind which nothing happens before it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sessionlint.flow.leaks import may_raise
from sessionlint.link.names.scopes import Site
from sessionlint.model.facts import (
    Assert,
    Assign,
    Block,
    Evaluate,
    For,
    If,
    Jump,
    Match,
    Raise,
    Return,
    Statement,
    Try,
    While,
    With,
    Yield,
)
from sessionlint.model.records import dataclass
from sessionlint.questions.sessions.lives import Life, statement_mentions


@dataclass(frozen=True, slots=True)
class _Ways:
    """Whether the block ends right behind this one: when it runs to its end, by a ``return`` in it, by an exception."""

    falling: bool = True
    returning: bool = True
    raising: bool = True


_NO_WAY = _Ways(False, False, False)


def superfluous_closes(life: Life, covered: Block) -> Iterator[Statement]:
    """The closes of ``life`` in ``covered``, which a ``with`` will cover, that come last on every path that comes by them."""
    closing = {site.statement: site for site in life.closes if _is_only_a_close(site)}
    yield from _in_block(covered, _Ways(), closing, life.names)


def _is_only_a_close(site: Site) -> bool:
    return isinstance(site.statement, Evaluate) and not any(isinstance(term, Yield) for term in site.path)


def _in_block(block: Block, ways: _Ways, closing: Mapping[Statement, Site], names: frozenset[str]) -> Iterator[Statement]:
    for index, statement in enumerate(block):
        behind = block[index + 1 :]
        if statement in closing and _ends(behind, ways, names):
            yield statement
        falling = ways.falling and all(map(_is_quiet, behind))
        for inner, inside in _inner(statement, replace(ways, falling=falling)):
            yield from _in_block(inner, inside, closing, names)


def _ends(behind: Block, ways: _Ways, names: frozenset[str]) -> bool:
    """Whether nothing happens in ``behind`` before the ``with`` is left."""
    for statement in behind:
        if isinstance(statement, Return | Raise):
            leaves = ways.returning if isinstance(statement, Return) else ways.raising
            return leaves and not statement_mentions(statement, names)
        if not _is_quiet(statement) or statement_mentions(statement, names):
            return False
    return ways.falling


def _is_quiet(statement: Statement) -> bool:
    """Whether a statement does nothing to the outside: it logs, or binds a plain value to a name."""
    if isinstance(statement, Jump):
        return statement.kind == "pass"
    return isinstance(statement, Assign | Evaluate | Assert) and not may_raise(statement)


def _inner(statement: Statement, ways: _Ways) -> Iterator[tuple[Block, _Ways]]:
    """The blocks inside a statement, each with the ways that lead from it straight to the end."""
    match statement:
        case If(body=body, orelse=orelse):
            yield body, ways
            yield orelse, ways
        case Match(cases=cases):
            yield from ((case.body, ways) for case in cases)
        case For(body=body, orelse=orelse) | While(body=body, orelse=orelse):
            inside = replace(ways, falling=False)
            yield body, inside
            yield orelse, inside
        case With(body=body):
            yield body, _NO_WAY  # something else happens at its end
        case Try():
            yield from _inner_of_try(statement, ways)
        case _:
            pass


def _inner_of_try(statement: Try, ways: _Ways) -> Iterator[tuple[Block, _Ways]]:
    outside = _NO_WAY if statement.final else ways
    body = replace(outside, falling=outside.falling and not statement.orelse, raising=outside.raising and not statement.handlers)
    yield statement.body, body
    for handler in statement.handlers:
        yield handler.body, outside
    yield statement.orelse, outside
    # a ``finally`` goes on in the way in which it was reached
    yield statement.final, ways if ways == _Ways() else _NO_WAY
