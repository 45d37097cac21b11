"""Walking facts: the terms of a statement, the statements of a block, and what stands around a term."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeAlias

from sessionlint.model.facts import (
    Assert,
    Assign,
    Attribute,
    Await,
    Block,
    BoolOp,
    Call,
    Class,
    Collection,
    Comprehension,
    Conditional,
    Delete,
    Evaluate,
    For,
    FString,
    Function,
    Given,
    If,
    Lambda,
    Mapping,
    Match,
    Name,
    Operation,
    Raise,
    Return,
    Statement,
    Subscript,
    Term,
    Try,
    Walrus,
    While,
    With,
    Yield,
)

Path: TypeAlias = tuple[Term, ...]
"""A term's ancestors inside its statement, nearest first."""


_CHILDREN: dict[type, Callable[[Any], Iterable[Term]]] = {
    Attribute: lambda term: (term.value,),
    Await: lambda term: (term.value,),
    Call: lambda term: (term.func, *[given.term for given in term.args]),
    Yield: lambda term: (term.value,) if term.value is not None else (),
    BoolOp: lambda term: term.values,
    Conditional: lambda term: (term.body, term.test, term.orelse),
    Subscript: lambda term: (term.value, *term.items),
    Collection: lambda term: term.items,
    FString: lambda term: term.parts,
    Operation: lambda term: term.operands,
    Mapping: lambda term: [part for pair in term.items for part in pair if part is not None],
    Walrus: lambda term: (term.target, term.value),
    Lambda: lambda term: (*[param.default for param in term.params if param.default is not None], term.body),
    Comprehension: lambda term: (
        *[part for clause in term.clauses for part in (clause.target, clause.iter, *clause.ifs)],
        *term.element,
    ),
}


def children(term: Term) -> Iterable[Term]:
    """The terms directly inside ``term``, in source order. A lambda's body counts: who must not enter it asks first."""
    inside = _CHILDREN.get(type(term))
    return inside(term) if inside is not None else ()


def descend(term: Term) -> Iterator[tuple[Term, Path]]:
    """``term`` and everything inside it in source order, each with its ancestors, nearest first."""
    yield term, ()
    inside = _CHILDREN.get(type(term))
    if inside is None:
        return
    # a stack instead of recursion: generated code holds expressions nested thousands deep
    path: Path = (term,)
    waiting: list[tuple[Term, Path]] = [(child, path) for child in inside(term)][::-1]
    while waiting:
        current, path = found = waiting.pop()
        yield found
        inside = _CHILDREN.get(type(current))
        if inside is not None:
            inner = (current, *path)
            waiting += [(child, inner) for child in inside(current)][::-1]


def composed(term: Term) -> Sequence[tuple[Term, Path]]:
    """What ``descend`` gives without names and constants, which are most of it and of which nothing is made."""
    found: list[tuple[Term, Path]] = []
    if type(term) in _CHILDREN:
        _add_composed(term, (), found)
    return found


def _add_composed(term: Term, path: Path, found: list[tuple[Term, Path]]) -> None:
    found.append((term, path))
    inner = (term, *path)
    for child in _CHILDREN[type(term)](term):
        if type(child) in _CHILDREN:
            _add_composed(child, inner, found)


_OWN_TERMS: dict[type, Callable[[Any], Iterable[Term | None]]] = {
    Assign: lambda statement: (statement.value, *statement.targets),
    Evaluate: lambda statement: (statement.value,),
    Return: lambda statement: (statement.value,),
    Raise: lambda statement: (statement.value, statement.cause),
    Delete: lambda statement: statement.targets,
    Assert: lambda statement: (statement.test, statement.message),
    With: lambda statement: [part for item in statement.items for part in (item.context, item.target)],
    Try: lambda statement: [handler.type for handler in statement.handlers],
    If: lambda statement: (statement.test,),
    While: lambda statement: (statement.test,),
    For: lambda statement: (statement.iter, statement.target),
    Match: lambda statement: (statement.subject, *[case.guard for case in statement.cases]),
    Function: lambda statement: (*statement.decorators, *[param.default for param in statement.params]),
    Class: lambda statement: (*statement.decorators, *[base.term for base in statement.bases]),
}


def own_terms(statement: Statement) -> Sequence[Term]:
    """The terms that a statement evaluates itself, not those of the statements inside it.

    For a definition these are its decorators, defaults and bases: they run where the definition stands. Annotations are
    left out; assignment targets are included.
    """
    own = _OWN_TERMS.get(type(statement))
    return [term for term in own(statement) if term is not None] if own is not None else ()


_BLOCKS: dict[type, Callable[[Any], Sequence[Block]]] = {
    With: lambda statement: (statement.body,),
    Try: lambda statement: (
        statement.body,
        *[handler.body for handler in statement.handlers],
        statement.orelse,
        statement.final,
    ),
    If: lambda statement: (statement.body, statement.orelse),
    For: lambda statement: (statement.body, statement.orelse),
    While: lambda statement: (statement.body, statement.orelse),
    Match: lambda statement: [case.body for case in statement.cases],
}


def blocks(statement: Statement) -> Sequence[Block]:
    """The blocks inside a compound statement, in source order; none for definitions, whose bodies run elsewhere."""
    inside = _BLOCKS.get(type(statement))
    return inside(statement) if inside is not None else ()


def statements(block: Block) -> Iterator[Statement]:
    """Every statement of a block and of the blocks inside it, without entering definitions."""
    waiting = list(reversed(block))
    while waiting:
        statement = waiting.pop()
        yield statement
        inside = _BLOCKS.get(type(statement))
        if inside is not None:
            for inner in reversed(inside(statement)):
                waiting.extend(reversed(inner))


def dotted(term: Term) -> str | None:
    """``request.state.db`` for a chain of attributes on a name, else None."""
    parts = []
    while isinstance(term, Attribute):
        parts.append(term.attr)
        term = term.value
    if not isinstance(term, Name):
        return None
    return ".".join((term.id, *reversed(parts)))


def argument(call: Call, position: int | None, keyword: str) -> Term | None:
    """The argument of a call by position (from 0; None: only by keyword) or keyword; None when absent or hidden behind a star."""
    for given in call.args:
        if given.keyword == keyword and not given.star:
            return given.term
    if position is None:
        return None
    positional: list[Given] = []
    for given in call.args:
        if given.star == "*":
            break
        if given.keyword is None and not given.star:
            positional.append(given)
    return positional[position].term if position < len(positional) else None
