"""Registries of sessions (``scoped_session``) and the asynchronous code that uses them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from sessionlint.link.names.scopes import FunctionScope, ImportBinding, ModuleScope, Site
from sessionlint.link.project import Project
from sessionlint.link.question import question
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Call
from sessionlint.model.records import dataclass
from sessionlint.model.role import Role
from sessionlint.model.source import Place
from sessionlint.questions.injection.dependencies import is_dependency
from sessionlint.questions.references.call_graph import calls_to

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
_NO_USES: Mapping[Place, list[AsyncUse]] = {}
_NO_PROVIDERS: Mapping[Place, list[FunctionScope]] = {}


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


@question(_NO_USES)
def async_uses(project: Project) -> Mapping[Place, list[AsyncUse]]:
    """By the place of a registry: one use for each coroutine of the application that uses it, in order of files."""
    by_function: dict[FunctionScope, list[tuple[Place, Site]]] = defaultdict(list)
    called: dict[FunctionScope, list[FunctionScope]] = defaultdict(list)
    for site in project.calls_of(kinds.Factory, kinds.Method):
        used = _used(project, site)
        if used is not None and isinstance(site.scope, FunctionScope) and not site.in_lambda:
            by_function[site.scope].append((used, site))
    for site in project.calls_of(kinds.FunctionKind) if by_function else ():
        callee = project.kind(site.term.func, site.scope) if isinstance(site.term, Call) else None
        if not isinstance(callee, kinds.FunctionKind) or not isinstance(site.scope, FunctionScope) or site.in_lambda:
            continue
        if not callee.function.node.is_async and not callee.function.node.is_generator:
            called[site.scope].append(callee.function)
    found: dict[Place, list[AsyncUse]] = defaultdict(list)
    for function in project.functions() if by_function else ():
        if not function.node.is_async or project.role(function.module) is not Role.APPLICATION:
            continue
        first: dict[Place, Site] = {}
        for place, site in _reached(function, by_function, called):
            first.setdefault(place, site)
        for place, site in first.items():
            found[place].append(AsyncUse(function, site))
    return found


def unread_users(project: Project) -> Iterator[str]:
    """The files without facts whose coroutines may call a function that uses a registry: they import one."""
    using = {(function.module.path, function.node.name) for function in _sync_users(project)}
    if using:
        project.asked.add(_COROUTINE)
    for module in project.outlines if using else ():
        if not project.mentions(module, _COROUTINE):
            continue
        bindings = (binding for bound in module.bindings.values() for binding in bound if isinstance(binding, ImportBinding))
        if any((project.layout.resolve(module.path, one.module, one.level), one.name) in using for one in bindings):
            yield module.path


def _sync_users(project: Project) -> Iterator[FunctionScope]:
    """The plain functions that use a registry, themselves or through others."""
    used = (site for site in project.calls_of(kinds.Factory, kinds.Method) if _used(project, site) is not None)
    waiting = [site.scope for site in used if isinstance(site.scope, FunctionScope) and not site.in_lambda]
    seen: set[FunctionScope] = set()
    while waiting:
        function = waiting.pop()
        if function not in seen and not function.node.is_async and not function.node.is_generator:
            yield function
            calling = (site for site in calls_to(project, function) if not site.in_lambda)
            waiting += [site.scope for site in calling if isinstance(site.scope, FunctionScope)]
        seen.add(function)


@question(_NO_PROVIDERS)
def providers(project: Project) -> Mapping[Place, list[FunctionScope]]:
    """By the place of a registry: the synchronous functions that FastAPI calls in its threads to get a session of it."""
    found: dict[Place, list[FunctionScope]] = defaultdict(list)
    for function in project.functions():
        if function.node.is_async or not is_dependency(project, function):
            continue
        if project.role(function.module) is not Role.APPLICATION:
            continue
        given = project.evaluator.returned(function)
        given = given.value if isinstance(given, kinds.Generator) else given
        if isinstance(given, kinds.Session | kinds.Factory) and given.scoped and given.origin is not None:
            found[given.origin].append(function)
    return found


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


def _reached(
    function: FunctionScope,
    uses: Mapping[FunctionScope, list[tuple[Place, Site]]],
    called: Mapping[FunctionScope, list[FunctionScope]],
) -> Iterator[tuple[Place, Site]]:
    """The uses of a function and, a few calls deep, of the synchronous functions that it calls in its own thread."""
    level, seen = [function], {function}
    for _ in range(_CALLS_DEEP):
        for current in level:
            yield from uses.get(current, ())
        level = [other for current in level for other in called.get(current, ()) if other not in seen]
        level = list(dict.fromkeys(level))
        seen.update(level)
