"""Coroutine functions that only hand their session on to another one, which runs the SQL: one problem, told where the SQL is."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from sessionlint.link.names.scopes import FunctionScope, ModuleScope
from sessionlint.link.project import Project
from sessionlint.link.question import collected, postings
from sessionlint.model.role import Role
from sessionlint.questions.running.blocking import BlockingSession, blocking_sessions, method_calls, ways_to_sql

# a transaction that is begun here begins and ends in the database from here
_TRANSACTIONS = frozenset({"begin", "begin_nested"})

_Held: TypeAlias = tuple[FunctionScope, str]
"""A function, and the name of a session in it."""


def nearest_blocking(project: Project, module: ModuleScope) -> Iterator[tuple[BlockingSession, Sequence[BlockingSession]]]:
    """The blocking sessions of a module that are a problem of their own function, each with those that are handed on to it."""
    for found in blocking_sessions(project, module):
        if not _receivers(project, found.function, found.name):
            yield found, _handing_on_to(project, found) if found.sql is not None else ()


@collected
def _receivers(project: Project, function: FunctionScope, name: str) -> Iterator[_Held]:
    """The coroutine functions that get the blocking session ``name`` of ``function`` and are told of in its place; none, if it
    is a problem of ``function`` itself as well."""
    if _begins_transaction(function, name):
        return
    ways = list(ways_to_sql(project, function, name))
    received = [(way.receiver, way.parameter) for way in ways if way.receiver is not None]
    if len(received) == len(ways) and all(_is_told_of(project, *one) for one in (*received, (function, name))):
        yield from dict.fromkeys(received)


def _begins_transaction(function: FunctionScope, name: str) -> bool:
    return any(call.func.attr in _TRANSACTIONS for call in method_calls(function, name))


def _is_told_of(project: Project, function: FunctionScope, name: str) -> bool:
    if project.role(function.module) is not Role.APPLICATION:
        return False
    found = blocking_sessions(project, function.module)
    return any(one.function is function and one.name == name and one.sql is not None for one in found)


def _handing_on_to(project: Project, found: BlockingSession) -> Sequence[BlockingSession]:
    """Whoever hands a session on to ``found``, in one step or several, the nearest first."""
    known: dict[BlockingSession, None] = {}
    waiting: list[_Held] = [(found.function, found.name)]
    for held in waiting:
        handing = (one for one, receiver in _handing_on(project, held[0].module.path) if receiver == held)
        callers = [one for one in handing if one not in known]
        known |= dict.fromkeys(callers)
        waiting += [(one.function, one.name) for one in callers]
    return tuple(known)


@postings
def _handing_on(project: Project, module: ModuleScope) -> Iterator[tuple[str, tuple[BlockingSession, _Held]]]:
    """The sessions that a module hands on, each with who gets it."""
    for found in blocking_sessions(project, module):
        for receiver in _receivers(project, found.function, found.name):
            yield receiver[0].module.path, (found, receiver)
