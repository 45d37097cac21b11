"""Sessions that outlive the function that uses them: bound in a module, in a class body, on the application, in a container."""

from collections.abc import Iterator

from sessionlint.link.names.import_time import runs_at_import
from sessionlint.link.names.scopes import ClassScope, ModuleScope, Scope
from sessionlint.link.names.sites import sites
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Assign, Call, Name, Term
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.sessions.holding import holding_of
from sessionlint.questions.sessions.lives import Ending, lives_in

_SINGLETONS = frozenset({"Singleton", "ThreadSafeSingleton", "ThreadLocalSingleton", "ContextLocalSingleton"})


@dataclass(frozen=True, slots=True, eq=False)
class SharedSession:
    """``what`` describes it for a message; ``name`` is the global's name where other modules can import it."""

    place: Place
    scope: Scope
    what: str
    name: str | None = None
    origin: Place | None = None


def shared_sessions(project: Project, module: ModuleScope) -> Iterator[SharedSession]:
    """Every session of ``module`` that all callers share."""
    yield from _bound_at_import(project, module)
    yield from _bound_by_walrus(project, module)
    yield from _bound_in_functions(project, module)
    yield from _singletons(project, module)


def _bound_at_import(project: Project, module: ModuleScope) -> Iterator[SharedSession]:
    scopes: tuple[Scope, ...] = (module, *module.classes)
    for scope in scopes:
        for statement in runs_at_import(scope.body):
            if not isinstance(statement, Assign) or statement.value is None:
                continue
            session = _session_in(project.kind(statement.value, scope))
            name = walk.dotted(statement.targets[0]) if session is not None else None
            if name is None or session is None or not _makes_session(project, statement.value, scope):
                continue
            if isinstance(scope, ModuleScope) and _is_closed_at_once(project, module, name):
                continue
            where = (
                f"class attribute `{scope.qualified_name}.{name}`"
                if isinstance(scope, ClassScope)
                else f"global session `{name}`"
            )
            yield SharedSession(
                Place(module.path, statement.value.span), scope, where, name if scope is module else None, session.origin
            )


def _bound_by_walrus(project: Project, module: ModuleScope) -> Iterator[SharedSession]:
    """``if (db := SessionLocal()):`` in a module's or class's body."""
    scopes: tuple[Scope, ...] = (module, *module.classes)
    for scope in scopes:
        for life in lives_in(project, scope):
            if life.ending is Ending.SHARED and not isinstance(life.opening.statement, Assign) and life.name is not None:
                yield SharedSession(life.place, scope, f"global session `{life.name}`", life.name, life.session.origin)


def _session_in(kind: kinds.Kind) -> kinds.Session | None:
    """The session that a value is, or holds as a container."""
    match kind:
        case kinds.Session():
            return kind
        case kinds.Container(element=element):
            return _session_in(element)
        case kinds.Tuple(items=items):
            return next((found for item in items if (found := _session_in(item)) is not None), None)
        case _:
            return None


def _makes_session(project: Project, value: Term, scope: Scope) -> bool:
    """Whether evaluating ``value`` gets hold of a session, rather than naming one that stands elsewhere."""
    return any(
        isinstance(term, Call) and isinstance(project.kind(term, scope), kinds.Session) and not _only_types(project, term, scope)
        for term, _ in walk.descend(value)
    )


def _only_types(project: Project, call: Call, scope: Scope) -> bool:
    callee = project.kind(call.func, scope)
    return isinstance(callee, kinds.External) and callee.name in ("cast", "NewType")


def _is_closed_at_once(project: Project, module: ModuleScope, name: str) -> bool:
    """A module that opens, uses and closes its session while it runs, and never lends it to a function or module."""
    closed = any(
        isinstance(site.term, Call) and walk.dotted(site.term.func) in (f"{name}.close", f"{name}.aclose")
        for site in sites(module)
    )
    if not closed:
        return False
    used_later = any(
        isinstance(site.term, Name) and site.term.id == name and project.evaluator.home(name, function) is module
        for function in module.functions
        for site in sites(function)
    )
    return not used_later and not project.importers_of_name(module.path, name)


def _bound_in_functions(project: Project, module: ModuleScope) -> Iterator[SharedSession]:
    """``global db; db = SessionLocal()`` and ``app.state.db = SessionLocal()``."""
    for function in module.functions:
        for life in lives_in(project, function):
            site, session = life.opening, life.session
            if not isinstance(site.statement, Assign):
                continue
            where = holding_of(project).at(site)
            if where.name is None:
                continue
            if "." not in where.name and function.declared.get(where.name) == "global":
                yield SharedSession(site.place, function, f"global session `{where.name}`", where.name, session.origin)
            elif _on_application(where.name):
                yield SharedSession(site.place, function, f"session `{where.name}`", None, session.origin)


def _on_application(name: str) -> bool:
    """``app.state.db``, ``request.app.state.db``, ``self.app.state.db``; ``request.state.db`` ends with its request."""
    *owners, _ = name.split(".")
    return len(owners) >= 2 and owners[-1] in ("state", "ctx") and owners[-2] in ("app", "application", "_app")


def _singletons(project: Project, module: ModuleScope) -> Iterator[SharedSession]:
    """``providers.Singleton(SessionLocal)`` of dependency-injector gives every caller the same session."""
    for site in project.calls_of_package("dependency_injector.providers.", module):
        call = site.term
        callee = project.kind(call.func, site.scope) if isinstance(call, Call) and call.args else kinds.UNKNOWN
        if not isinstance(call, Call) or not isinstance(callee, kinds.External):
            continue
        if callee.name.rpartition(".")[2] in _SINGLETONS and _gives_session(project, call.args[0].term, site.scope):
            yield SharedSession(site.place, site.scope, "the session of this singleton")


def _gives_session(project: Project, provider: Term, scope: Scope) -> bool:
    match project.kind(provider, scope):
        case kinds.Factory(scoped=False) | kinds.SessionType():
            return True
        case kinds.FunctionKind(function=function):
            return isinstance(project.evaluator.returned(function), kinds.Session)
        case _:
            return False
