"""Registries of sessions (``scoped_session``) and the asynchronous code that uses them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Scope, Site
from sessionlint.link.project import Project
from sessionlint.link.question import gathered, postings, question, remembered
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Call
from sessionlint.model.records import dataclass
from sessionlint.model.role import Role
from sessionlint.model.source import Place
from sessionlint.questions.injection.dependencies import is_dependency
from sessionlint.questions.references.call_graph import called_function

_CALLS_DEEP = 3


@dataclass(frozen=True, slots=True, eq=False)
class Registry:
    """One ``scoped_session(...)`` or ``async_scoped_session(...)``; ``has_scope`` None: stars may hide ``scopefunc``."""

    site: Site
    is_async: bool
    has_scope: bool | None

    @property
    def place(self) -> Place:
        return self.site.place


@dataclass(frozen=True, slots=True, eq=False)
class AsyncUse:
    """``site`` uses a registry while the coroutine ``function`` runs, itself or through functions that it calls."""

    function: FunctionScope
    site: Site


_COROUTINE = "async def"


def registries(project: Project, within: ModuleScope | None = None) -> Iterator[Registry]:
    """The registries that the project builds, or that are built ``within`` a module."""
    for site in project.calls_of_external("scoped_session", "async_scoped_session", within=within):
        call = site.term
        assert isinstance(call, Call)
        callee = project.kind(call.func, site.scope)
        if callee in (kinds.External("scoped_session"), kinds.External("async_scoped_session")):
            given = walk.argument(call, 1, "scopefunc") is not None
            hidden = any(argument.star for argument in call.args)
            yield Registry(site, callee == kinds.External("async_scoped_session"), given or (None if hidden else False))


def async_uses(project: Project, registry: Place) -> Sequence[AsyncUse]:
    """One use of a registry for each coroutine of the application that uses it, in order of files."""
    return [use for place, use in _async_uses(project, registry.path) if place == registry]


@postings
def _async_uses(project: Project, module: ModuleScope) -> Iterator[tuple[str, tuple[Place, AsyncUse]]]:
    if not _users(project) or project.role(module) is not Role.APPLICATION:
        return
    for function in module.functions:
        first: dict[Place, Site] = {}
        for place, site in _reached(project, function) if function.node.is_async else ():
            first.setdefault(place, site)
        for place, site in first.items():
            yield place.path, (place, AsyncUse(function, site))


@gathered
def _users(project: Project, module: ModuleScope) -> Iterator[str]:
    """The modules in which a registry is used, by path."""
    if _uses(project, module):
        yield module.path


@gathered
def unread_users(project: Project, module: ModuleScope) -> Iterator[str]:
    """The files without facts whose coroutines may call a function that uses a registry: they import one."""
    functions = [function for function in module.functions if _is_sync_user(project, function)] if _users(project) else []
    if functions:
        project.asked.add(_COROUTINE)
    for name in dict.fromkeys(function.node.name for function in functions):
        for path in project.importers.directly(module.path, name):
            outline = project.outline(path)
            if outline is not None and project.mentions(outline, _COROUTINE):
                yield path


def _is_sync_user(project: Project, function: FunctionScope) -> bool:
    """Whether a plain function uses a registry, itself or through others."""
    if function.node.is_async or function.node.is_generator:
        return False
    return remembered(project, ("uses a registry", function), False, _comes_to_use, project, function)


def _comes_to_use(project: Project, function: FunctionScope) -> bool:
    if function in _uses(project, function.module):
        return True
    calls = ((site.term, site) for site in project.calls_in(function) if not site.in_lambda)
    called = (called_function(project, call, site) for call, site in calls if isinstance(call, Call))
    return any(other is not None and _is_sync_user(project, other) for other in called)


def providers(project: Project, registry: Place) -> Sequence[FunctionScope]:
    """The synchronous functions that FastAPI calls in its threads to get a session of a registry."""
    return [function for place, function in _providers(project, registry.path) if place == registry]


@postings
def _providers(project: Project, module: ModuleScope) -> Iterator[tuple[str, tuple[Place, FunctionScope]]]:
    for function in module.functions:
        if function.node.is_async or not is_dependency(project, function) or project.role(module) is not Role.APPLICATION:
            continue
        given = project.evaluator.returned(function)
        given = given.value if isinstance(given, kinds.Generator) else given
        if isinstance(given, kinds.Session | kinds.Factory) and given.scoped and given.origin is not None:
            yield given.origin.path, (given.origin, function)


@question(dict[Scope, list[tuple[Place, Site]]]())
def _uses(project: Project, module: ModuleScope) -> Mapping[Scope, Sequence[tuple[Place, Site]]]:
    """The calls in the functions of a module that use a registry, each with that."""
    found: dict[Scope, list[tuple[Place, Site]]] = defaultdict(list)
    for site in project.calls_of(kinds.Factory, kinds.Method, within=module):
        used = _used(project, site)
        if used is not None and isinstance(site.scope, FunctionScope) and not site.in_lambda:
            found[site.scope].append((used, site))
    return dict(found)


@question(dict[Scope, list[FunctionScope]]())
def _called(project: Project, module: ModuleScope) -> Mapping[Scope, Sequence[FunctionScope]]:
    """The synchronous functions that those of a module call in their own thread."""
    found: dict[Scope, list[FunctionScope]] = defaultdict(list)
    for site in project.calls_of(kinds.FunctionKind, within=module):
        callee = project.kind(site.term.func, site.scope) if isinstance(site.term, Call) else None
        if not isinstance(callee, kinds.FunctionKind) or not isinstance(site.scope, FunctionScope) or site.in_lambda:
            continue
        if not callee.function.node.is_async and not callee.function.node.is_generator:
            found[site.scope].append(callee.function)
    return dict(found)


def _used(project: Project, site: Site) -> Place | None:
    """The registry that a call uses: ``Session()``, ``Session.query(...)``; its ``remove`` and ``configure`` are no work."""
    call = site.term
    assert isinstance(call, Call)
    match project.kind(call.func, site.scope):
        case kinds.Factory(scoped=True, origin=origin):
            return origin
        case kinds.Method(owner=kinds.Factory(scoped=True, origin=origin), name=name) if name not in ("remove", "configure"):
            return origin
        case _:
            return None


def _reached(project: Project, function: FunctionScope) -> Iterator[tuple[Place, Site]]:
    """The uses of a function and, a few calls deep, of the synchronous functions that it calls in its own thread."""
    level, seen = [function], {function}
    for _ in range(_CALLS_DEEP):
        for current in level:
            yield from _uses(project, current.module).get(current, ())
        called = (other for current in level for other in _called(project, current.module).get(current, ()))
        level = list(dict.fromkeys(other for other in called if other not in seen))
        seen.update(level)
