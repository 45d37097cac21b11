"""Walking facts: the terms of a statement, the statements of a block, and what stands around a term."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

from sessionlint.model.facts import (
    Argument,
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
    Call: lambda term: (term.func, *[given.value for given in term.args]),
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
    # a stack instead of recursion: generated code holds expressions nested thousands deep
    waiting: list[tuple[Term, Path]] = [(term, ())]
    while waiting:
        current, path = waiting.pop()
        yield current, path
        if inside := children(current):
            inner = (current, *path)
            waiting += [(child, inner) for child in inside][::-1]


def own_terms(statement: Statement) -> Iterator[Term]:
    """The terms that a statement evaluates itself, not those of the statements inside it.

    For a definition these are its decorators, defaults and bases: they run where the definition stands. Annotations are
    left out; assignment targets are included.
    """
    match statement:
        case Assign(targets=targets, value=value):
            if value is not None:
                yield value
            yield from targets
        case Evaluate(value=value):
            yield value
        case Return(value=inner):
            yield from _given(inner)
        case Raise(value=inner, cause=cause):
            yield from _given(inner, cause)
        case Delete(targets=targets):
            yield from targets
        case Assert(test=test, message=message):
            yield from _given(test, message)
        case With(items=items):
            for item in items:
                yield from _given(item.context, item.target)
        case Try(handlers=handlers):
            for handler in handlers:
                yield from _given(handler.type)
        case If(test=test) | While(test=test):
            yield test
        case For(target=target, iter=iterated):
            yield iterated
            yield target
        case Match(subject=subject, cases=cases):
            yield subject
            for case in cases:
                yield from _given(case.guard)
        case Function(decorators=decorators, params=params):
            yield from decorators
            yield from _given(*(param.default for param in params))
        case Class(decorators=decorators, bases=bases):
            yield from decorators
            for base in bases:
                yield base.value
        case _:
            pass


def _given(*terms: Term | None) -> Iterator[Term]:
    return (term for term in terms if term is not None)


def blocks(statement: Statement) -> Iterator[Block]:
    """The blocks inside a compound statement, in source order; none for definitions, whose bodies run elsewhere."""
    match statement:
        case With(body=body):
            yield body
        case Try(body=body, handlers=handlers, orelse=orelse, final=final):
            yield body
            for handler in handlers:
                yield handler.body
            yield orelse
            yield final
        case If(body=body, orelse=orelse) | For(body=body, orelse=orelse) | While(body=body, orelse=orelse):
            yield body
            yield orelse
        case Match(cases=cases):
            for case in cases:
                yield case.body
        case _:
            pass


def statements(block: Block) -> Iterator[Statement]:
    """Every statement of a block and of the blocks inside it, without entering definitions."""
    for statement in block:
        yield statement
        for inner in blocks(statement):
            yield from statements(inner)


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
            return given.value
    if position is None:
        return None
    positional: list[Argument] = []
    for given in call.args:
        if given.star == "*":
            break
        if given.keyword is None and not given.star:
            positional.append(given)
    return positional[position].value if position < len(positional) else None
