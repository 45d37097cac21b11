"""Engines that are built for one call, and what becomes of an engine in the function that gets it."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Site, ValueBinding
from sessionlint.link.names.sites import sites
from sessionlint.link.project import Project
from sessionlint.link.question import by_module, gathered, remembered
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Call, Name
from sessionlint.questions.engines.engine_owners import EngineOwners
from sessionlint.questions.engines.engines import is_engine_builder
from sessionlint.questions.engines.fresh import Fresh, PerCall, each_once, per_call
from sessionlint.questions.references.literals import literal_text
from sessionlint.questions.sessions.holding import Use, holding_of

_USES = frozenset({"connect", "begin", "raw_connection", "execute"})
# functions and methods that use the engine they are given and forget it
_BORROWERS = frozenset({"create_all", "drop_all", "reflect", "to_sql", "read_sql", "read_sql_query", "read_sql_table", "inspect"})


@by_module
def per_call_engines(project: Project) -> Iterator[PerCall]:
    """The engines that end in a function of an application that runs per request, per task or per session, each once."""
    carriers = _Carriers(project, fresh_engines(project))
    found = {one.site: one for one in each_once(_ending(project))}
    for carried in each_once(_carried(project)):
        engine = carriers.engine_in(carried.site)
        if engine is not None and carried.user is not carried.site.scope:
            found.setdefault(engine, PerCall(engine, carried.user, carried.use, carried.caller))
    for owned in _owned_per_call(project):
        found.setdefault(owned.site, owned)
    yield from sorted(found.values(), key=lambda one: (one.place.path, one.place.span.start))


@gathered
def _ending(project: Project, module: ModuleScope) -> Iterator[PerCall]:
    return per_call(project, fresh_engines(project), EngineEnds(project).ends_here, module)


@gathered
def _carried(project: Project, module: ModuleScope) -> Iterator[PerCall]:
    """The factories with which engines end."""
    factories = _Carriers(project, fresh_engines(project)).factories
    return per_call(project, factories, lambda site: factory_ends_here(project, site), module)


def _owned_per_call(project: Project) -> Iterator[PerCall]:
    """The engines of objects that end in a function that runs again and again, or that FastAPI makes for each request."""
    owners = EngineOwners(project, fresh_engines(project))
    for made in each_once(_owners_ending(project)):
        engine = owners.made_by(made.site.term, made.site) if isinstance(made.site.term, Call) else None
        if engine is not None:
            yield PerCall(engine, made.user, made.use, made.caller)
    yield from _owners_injected(project)


@gathered
def _owners_ending(project: Project, module: ModuleScope) -> Iterator[PerCall]:
    return EngineOwners(project, fresh_engines(project)).ending(module)


@gathered
def _owners_injected(project: Project, module: ModuleScope) -> Iterator[PerCall]:
    return EngineOwners(project, fresh_engines(project)).injected(module)


def fresh_engines(project: Project) -> Fresh:
    """Follows engines with a pool of their own from ``create_engine`` through the functions that return them."""
    ends = EngineEnds(project)

    def is_built_by(call: Call, site: Site) -> bool | None:
        if not is_engine_builder(project, call, site):
            return None
        return ends.has_pool_worth_keeping(call, site)

    return Fresh(project, "engine worth keeping", kinds.Engine, is_built_by)


class _Carriers:
    """Session factories that functions return, each with the engine that is built for it and kept by nothing else."""

    def __init__(self, project: Project, engines: Fresh) -> None:
        self._project = project
        self._engines = engines
        self.factories = Fresh(project, "factory of its own engine", kinds.Factory, self._is_carrier)

    def _is_carrier(self, call: Call, site: Site) -> bool | None:
        callee = self._project.kind(call.func, site.scope)
        if not isinstance(callee, kinds.External) or callee.name not in ("sessionmaker", "async_sessionmaker"):
            return None
        return self.engine_in(site) is not None

    def engine_in(self, site: Site) -> Site | None:
        """The call that builds the engine of the factory built at ``site``."""
        call, scope = site.term, site.scope
        bind = walk.argument(call, 0, "bind") if isinstance(call, Call) else None
        if isinstance(bind, Name) and isinstance(scope, FunctionScope):
            bindings = scope.bindings.get(bind.id, [])
            mentions = list(holding_of(self._project).mentions(scope, frozenset({bind.id})))
            only = bindings[0] if len(bindings) == 1 and len(mentions) == 1 and bind.id not in scope.declared else None
            bind = only.value if isinstance(only, ValueBinding) and not only.path else None
        inside = (other for other in self._project.calls_in(scope) if other.term is bind)
        return next((built for other in inside if (built := self._engines.built_by(other)) is not None), None)


_MAY_LIVE_ON: bool | None = False


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
        where = holding_of(self._project).at(site)
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
        return remembered(self._project, ("engine lives on", home, name), _MAY_LIVE_ON, self._uses_under, name, site)

    def _uses_under(self, name: str, site: Site) -> bool | None:
        answers = [self._uses(mention) for mention, _ in holding_of(self._project).mentions(site.scope, frozenset({name}))]
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
                return factory_ends_here(self._project, around)
        return (walk.dotted(call.func) or "").rpartition(".")[2] in _BORROWERS


def factory_ends_here(project: Project, site: Site) -> bool:
    """Whether the function that gets a session factory opens its sessions and keeps no more than those."""
    where = holding_of(project).at(site)
    if where.use is Use.BOUND and where.name is not None:
        mentions = [mention for mention, _ in holding_of(project).mentions(site.scope, frozenset({where.name}))]
        return bool(mentions) and all(mention.scope is site.scope and _is_called(mention) for mention in mentions)
    return where.use is Use.USED and _is_called(site)


def _is_called(site: Site) -> bool:
    outer = site.path[0] if site.path else None
    if isinstance(outer, Attribute) and outer.attr == "begin":
        return True
    return isinstance(outer, Call) and outer.func is site.term
