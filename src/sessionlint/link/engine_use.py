"""Engines that are built for one call: who builds them, and why that function runs many times."""

from collections import defaultdict
from collections.abc import Iterator
from enum import Enum
from functools import cached_property

from sessionlint.link import kinds, walk
from sessionlint.link.engines import called_function, is_engine_builder
from sessionlint.link.functions import return_values
from sessionlint.link.holding import Use
from sessionlint.link.literals import literal_text
from sessionlint.link.project import Project
from sessionlint.link.scopes import FunctionScope, Site, ValueBinding, enclosing_function
from sessionlint.link.sites import sites
from sessionlint.model.facts import Attribute, Call, Constant, FString, Name, Term
from sessionlint.model.records import dataclass

_DEPTH = 4
_ROUTES = frozenset(
    {"get", "post", "put", "delete", "patch", "head", "options", "trace", "route", "api_route", "websocket", "websocket_route"}
)
_TASKS = frozenset({"task", "shared_task", "actor", "periodic_task"})
_USES = frozenset({"connect", "begin", "raw_connection", "execute"})
# functions and methods that use the engine they are given and forget it
_BORROWERS = frozenset({"create_all", "drop_all", "reflect", "to_sql", "read_sql", "read_sql_query", "read_sql_table", "inspect"})


_REMEMBERING = ("cache", "singleton", "memo", "once", "lru", "resource", "fixture", "provides")


class Caller(Enum):
    """Why a function runs again and again."""

    ROUTE = "route"
    PROVIDER = "provider"
    TASK = "task"
    REACHED = "function that a route, provider or task calls"
    OPENER = "function that opens a session"


@dataclass(frozen=True, slots=True, eq=False)
class PerCallEngine:
    """``site`` is the call of ``create_engine``; ``user`` the function in which the engine ends, ``use`` the place in it."""

    site: Site
    user: FunctionScope
    use: Site
    caller: Caller


def per_call_engines(project: Project, module_paths: frozenset[str]) -> Iterator[PerCallEngine]:
    """The engines that end in a function that runs per request, per task or per session, each once, in source order."""
    building = _Building(project)
    found: dict[Site, PerCallEngine] = {}
    for module in project.modules.values():
        if module.path not in module_paths:
            continue
        for site in module.calls:
            built = building.built_by(site)
            if built is None or not isinstance(site.scope, FunctionScope) or not building.ends_here(site):
                continue
            caller = building.callers.of(site.scope)
            if caller is not None and _is_worse(caller, found.get(built)):
                found[built] = PerCallEngine(built, site.scope, site, caller)
    yield from sorted(found.values(), key=lambda engine: (engine.site.place.path, engine.site.place.span.start))


def _is_worse(caller: Caller, known: PerCallEngine | None) -> bool:
    order = list(Caller)
    return known is None or order.index(caller) < order.index(known.caller)


class _Building:
    """Follows fresh engines from ``create_engine`` through the functions that return them."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._ends = EngineEnds(project)
        self._fresh: dict[FunctionScope, Site | None] = {}
        self._direct: dict[Term, Site] = {}
        self.callers = _Callers(project)

    def built_by(self, site: Site) -> Site | None:
        """The ``create_engine(...)`` behind a call that gives a new engine each time it runs, or None."""
        call = site.term
        if not isinstance(call, Call) or site.in_lambda or not isinstance(site.scope, FunctionScope):
            return None
        if not isinstance(self._project.kind(call, site.scope), kinds.Engine):
            return None
        if is_engine_builder(self._project, call, site):
            return self._direct.setdefault(call, site) if self._ends.has_pool_worth_keeping(call, site) else None
        function = called_function(self._project, call, site)
        return self._returned_by(function) if function is not None else None

    def _returned_by(self, function: FunctionScope) -> Site | None:
        if function not in self._fresh:
            self._fresh[function] = None
            self._fresh[function] = self._find_returned(function)
        return self._fresh[function]

    def _find_returned(self, function: FunctionScope) -> Site | None:
        if function.node.is_generator or is_remembered(function):
            return None
        inside = {site.term: site for site in sites(function)}
        found = None
        for value in return_values(function):
            source = inside.get(self._local_value(value, function))
            found = self.built_by(source) if source is not None else None
            if found is None:
                return None
        return found

    def _local_value(self, value: Term, function: FunctionScope) -> Term:
        """What a returned local is bound to, if that is all that ever happens to it."""
        if not isinstance(value, Name) or value.id in function.declared:
            return value
        bindings = function.bindings.get(value.id, [])
        if len(bindings) != 1 or not isinstance(only := bindings[0], ValueBinding) or only.value is None or only.path:
            return value
        mentions = self._project.holding.mentions(function, frozenset({value.id}))
        kept = any(where.use in (Use.STORED, Use.BOUND, Use.GIVEN_AWAY, Use.YIELDED) for _, where in mentions)
        return value if kept else only.value

    def ends_here(self, site: Site) -> bool:
        return self._ends.ends_here(site)


class EngineEnds:
    """What becomes of an engine in the function that gets it."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def has_pool_worth_keeping(self, call: Call, site: Site) -> bool:
        """An explicit pool class is a decision (NullPool, StaticPool), and an SQLite memory is as private as its engine."""
        if any(given.keyword == "poolclass" or given.star == "**" for given in call.args):
            return False
        url = walk.argument(call, 0, "url")
        text = literal_text(url, site.scope, self._project.evaluator) if url is not None else None
        return text is None or not (text.startswith("sqlite") and (text.endswith("://") or ":memory:" in text))

    def ends_here(self, site: Site) -> bool:
        """Whether the engine is used in the function that gets it, and neither disposed, kept nor handed on."""
        disposed = any(isinstance(other.term, Attribute) and other.term.attr == "dispose" for other in sites(site.scope))
        return not disposed and self._uses(site) is True

    def _uses(self, site: Site) -> bool | None:
        """True: taken for a query or a session; None: merely looked at; False: may live on, or is disposed."""
        where = self._project.holding.at(site)
        match where.use:
            case Use.USED | Use.CLOSED:
                outer = site.path[0] if site.path else None
                if isinstance(outer, Attribute):
                    return False if outer.attr == "dispose" else True if outer.attr in _USES else None
                return None
            case Use.BOUND if where.name is not None:
                return self._uses_of(where.name, site)
            case Use.GIVEN_AWAY:
                return self._borrowed(site)
            case _:
                return False

    def _uses_of(self, name: str, site: Site) -> bool | None:
        home = self._project.evaluator.home(name, site.scope)
        if home is not site.scope or len(home.bindings[name]) != 1:
            return False
        answers = [self._uses(mention) for mention, _ in self._project.holding.mentions(site.scope, frozenset({name}))]
        return False if False in answers else True if True in answers else None

    def _borrowed(self, site: Site) -> bool | None:
        """What a call does with the engine among its arguments: a session ends with the call, a factory is followed."""
        depth = next((index for index, outer in enumerate(site.path) if isinstance(outer, Call)), None)
        if depth is None:
            return False
        call = site.path[depth]
        assert isinstance(call, Call)
        around = Site(call, site.path[depth + 1 :], site.statement, site.block, site.scope)
        match self._project.kind(call, site.scope):
            case kinds.Session():
                return True
            case kinds.Factory():
                return self._factory_uses(around)
        return (walk.dotted(call.func) or "").rpartition(".")[2] in _BORROWERS

    def _factory_uses(self, site: Site) -> bool | None:
        where = self._project.holding.at(site)
        if where.use is Use.BOUND and where.name is not None:
            mentions = list(self._project.holding.mentions(site.scope, frozenset({where.name})))
            called = [_is_called(mention) for mention, _ in mentions]
            return bool(called) and all(called)
        return where.use is Use.USED and bool(site.path) and isinstance(site.path[0], Call)


def _is_called(site: Site) -> bool:
    outer = site.path[0] if site.path else None
    if isinstance(outer, Attribute) and outer.attr == "begin":
        return True
    return isinstance(outer, Call) and outer.func is site.term


def is_remembered(function: FunctionScope) -> bool:
    """Whether a decorator may keep what the function returns; one that cannot be followed is judged by its name."""
    for term in function.node.decorators:
        name = (walk.dotted(term.func if isinstance(term, Call) else term) or "").lower()
        if any(word in name for word in _REMEMBERING):
            return True
    return False


class _Callers:
    """Which functions run again and again, told from what calls them."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def of(self, function: FunctionScope) -> Caller | None:
        """Why ``function`` runs per request, task or session; None when nothing says so."""
        if is_remembered(function):
            return None
        if (root := self._root(function)) is not None:
            return root
        if function.node.name != "__init__" and self._gives_session(function):
            return Caller.OPENER
        return Caller.REACHED if self._is_reached(function, _DEPTH, frozenset()) else None

    def _root(self, function: FunctionScope) -> Caller | None:
        if function in self._project.dependencies:
            return Caller.PROVIDER
        for term in function.node.decorators:
            callee = term.func if isinstance(term, Call) else term
            name = (walk.dotted(callee) or "").rpartition(".")[2]
            if name in _TASKS:
                return Caller.TASK
            if isinstance(term, Call) and isinstance(callee, Attribute) and name in _ROUTES and _has_path(term):
                return Caller.ROUTE
        return None

    def _gives_session(self, function: FunctionScope) -> bool:
        kind = self._project.evaluator.returned(function)
        while isinstance(kind, kinds.Generator | kinds.Awaitable | kinds.ContextManager):
            kind = kind.value
        return isinstance(kind, kinds.Session)

    def _is_reached(self, function: FunctionScope, depth: int, seen: frozenset[FunctionScope]) -> bool:
        if depth == 0 or function in seen:
            return False
        for caller in self._calling[function]:
            if is_remembered(caller):
                continue
            if self._root(caller) is not None or self._is_reached(caller, depth - 1, seen | {function}):
                return True
        return False

    @cached_property
    def _calling(self) -> dict[FunctionScope, list[FunctionScope]]:
        found: dict[FunctionScope, list[FunctionScope]] = defaultdict(list)
        for site in self._project.calls():
            caller = enclosing_function(site.scope)
            if caller is None or not isinstance(site.term, Call):
                continue
            callee = called_function(self._project, site.term, site)
            if callee is not None:
                found[callee].append(caller)
        return found


def _has_path(call: Call) -> bool:
    path = walk.argument(call, 0, "path")
    if isinstance(path, FString):
        path = path.parts[0] if path.parts else None
    return isinstance(path, Constant) and isinstance(path.value, str) and path.value[:1] in ("/", "")
