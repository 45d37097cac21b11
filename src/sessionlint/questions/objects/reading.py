"""Which attributes of an object that it is given does a function surely read?"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import FunctionScope
from sessionlint.link.project import Project
from sessionlint.link.question import collected
from sessionlint.model import walk
from sessionlint.model.facts import (
    Assign,
    Attribute,
    Await,
    Block,
    BoolOp,
    Comprehension,
    Conditional,
    For,
    Function,
    Jump,
    Lambda,
    Name,
    Raise,
    Return,
    Statement,
    Term,
    Try,
    With,
    Yield,
)
from sessionlint.model.source import Place


@collected
def surely_read(project: Project, function: FunctionScope, name: str) -> Iterator[tuple[str, Place]]:
    """The attributes of its parameter ``name`` that a function reads whatever else happens, before it waits for anything."""
    if function.node.is_generator:
        return
    for attribute in _in_block(function.body, name):
        yield attribute.attr, Place(function.module.path, attribute.span)


def _in_block(block: Block, name: str) -> Iterator[Attribute]:
    for statement in block:
        for term in _sure_terms(statement):
            yield from _in_term(term, name)
        if isinstance(statement, With):
            yield from _in_block(statement.body, name)
        if _may_end(statement, name):
            return


def _sure_terms(statement: Statement) -> list[Term]:
    terms = list(walk.own_terms(statement))
    match statement:
        case Assign(targets=targets):
            return [term for term in terms if term not in targets]
        case For(iter=iterated):
            return [iterated]
        case Function() | Try():
            return []
        case _:
            return terms


def _may_end(statement: Statement, name: str) -> bool:
    """Whether what stands behind a statement may not run, or with another object, or with one that was loaded meanwhile."""
    if isinstance(statement, Try | Return | Raise | Jump):
        return True
    inside = [*walk.statements((statement,))]
    if any(isinstance(one, Return | Raise | Jump) for one in inside if one is not statement):
        return True
    return any(
        (isinstance(inner, Await | Yield)) or (isinstance(inner, Name) and inner.id == name and _is_bound(one, inner))
        for one in inside
        for term in walk.own_terms(one)
        for inner, _ in walk.descend(term)
    )


def _is_bound(statement: Statement, name: Name) -> bool:
    return isinstance(statement, Assign) and name in statement.targets


def _in_term(term: Term, name: str) -> Iterator[Attribute]:
    match term:
        case Attribute(value=Name(id=owner)) if owner == name:
            yield term
        case Lambda():
            return
        case BoolOp(values=(first, *_)):
            yield from _in_term(first, name)
        case Conditional(test=test):
            yield from _in_term(test, name)
        case Comprehension(clauses=(first, *_)):
            yield from _in_term(first.iter, name)
        case _:
            for child in walk.children(term):
                yield from _in_term(child, name)
