"""Coroutine functions that only hand their session on to another one, which runs the SQL: one problem, told where the SQL is."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from sessionlint.link.names.scopes import FunctionScope, ModuleScope
from sessionlint.link.project import Project
from sessionlint.link.question import by_path, collected
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
        handing = _handing_on(project, held[0].module.path) or {}
        callers = [one for one in handing.get(held, ()) if one not in known]
        known |= dict.fromkeys(callers)
        waiting += [(one.function, one.name) for one in callers]
    return tuple(known)


@by_path
def _handing_on(project: Project) -> Mapping[str, Mapping[_Held, Sequence[BlockingSession]]]:
    """The sessions that are handed on to each one of a module."""
    found: dict[str, dict[_Held, list[BlockingSession]]] = defaultdict(lambda: defaultdict(list))
    for module in project.modules.values():
        for one, receiver in _handed_on_in(project, module):
            found[receiver[0].module.path][receiver].append(one)
    return {path: dict(handing) for path, handing in found.items()}


@collected
def _handed_on_in(project: Project, module: ModuleScope) -> Iterator[tuple[BlockingSession, _Held]]:
    for found in blocking_sessions(project, module):
        for receiver in _receivers(project, found.function, found.name):
            yield found, receiver
