"""``with`` and ``async with`` on what only the other one can enter."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Scope
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Call, Term, With
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.sessions.session_methods import run_sync_functions


@dataclass(frozen=True, slots=True, eq=False)
class MismatchedContext:
    """``context`` needs ``async with`` when ``is_async``, else ``with``; ``mendable``: the statement's keyword can be changed."""

    context: Place
    statement: With
    written: str
    what: str
    is_async: bool
    origin: Place | None
    mendable: bool


@dataclass(frozen=True, slots=True)
class _Need:
    what: str
    is_async: bool
    origin: Place | None


def mismatched_contexts(project: Project, module: ModuleScope) -> Iterator[MismatchedContext]:
    """Every session, transaction or connection that stands in the wrong kind of ``with``."""
    called_sync = run_sync_functions(project, module)
    for scope in module.scopes:
        if scope not in called_sync:
            for statement in scope.withs:
                yield from _in_statement(project, statement, scope)


@dataclass(frozen=True, slots=True, eq=False)
class EnteredFactory:
    """What makes sessions is entered in place of a session; ``built`` at that very place, with nothing to open one on."""

    context: Place
    statement: With
    written: str
    is_async: bool
    origin: Place | None
    built: bool


def entered_factories(project: Project, module: ModuleScope) -> Iterator[EnteredFactory]:
    """``with SessionLocal as db:``, ``async with async_sessionmaker() as db:``."""
    for scope in module.scopes:
        for statement in scope.withs:
            for item in statement.items:
                factory = project.kind(item.context, scope)
                if isinstance(factory, kinds.Factory) and factory.is_certain:
                    place = Place(scope.module.path, item.context.span)
                    built = isinstance(item.context, Call)
                    yield EnteredFactory(place, statement, _written(item.context), factory.is_async, factory.origin, built)


def _in_statement(project: Project, statement: With, scope: Scope) -> Iterator[MismatchedContext]:
    needs = [_need(project, item.context, scope) for item in statement.items]
    in_coroutine = isinstance(scope, FunctionScope) and scope.node.is_async
    mendable = in_coroutine and not statement.is_async and all(need is not None and need.is_async for need in needs)
    for item, need in zip(statement.items, needs, strict=True):
        if need is not None and need.is_async is not statement.is_async:
            place = Place(scope.module.path, item.context.span)
            written = _written(item.context)
            yield MismatchedContext(place, statement, written, need.what, need.is_async, need.origin, mendable)


def _written(context: Term) -> str:
    if isinstance(context, Call):
        return f"{walk.dotted(context.func) or '...'}({'...' if context.args else ''})"
    return walk.dotted(context) or "..."


def _need(project: Project, context: Term, scope: Scope) -> _Need | None:
    """Which ``with`` a context manager of SQLAlchemy's needs. An annotation alone does not make something synchronous."""
    if isinstance(context, Call) and isinstance(context.func, Attribute):
        callee = project.kind(context.func, scope)
        if isinstance(callee, kinds.Method):
            return _method_need(callee)
    match project.kind(context, scope):
        case kinds.Session(is_async=is_async, origin=origin) as session:
            return _Need("session", is_async, origin) if is_async or session.is_certain else None
        case kinds.Connection(is_async=True):
            return _Need("connection", True, None)
        case _:
            return None


def _method_need(method: kinds.Method) -> _Need | None:
    is_async: bool
    origin: Place | None
    match method.owner, method.name:
        case kinds.Engine(is_async=bool(known), origin=built), "begin" | "connect":
            is_async, origin, certain = known, built, built is not None
        case (kinds.Factory() | kinds.Session()) as owner, "begin" | "begin_nested":
            is_async, origin, certain = owner.is_async, owner.origin, owner.is_certain
        case kinds.Connection(is_async=True), "begin" | "begin_nested":
            is_async, origin, certain = True, None, False
        case _:
            return None
    what = "connection" if method.name == "connect" else "transaction"
    return _Need(what, is_async, origin) if is_async or certain else None
