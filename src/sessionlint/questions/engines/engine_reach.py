"""Which engines a function uses when it runs, itself or through the functions that it calls."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Scope, Site, enclosing_function
from sessionlint.link.project import Project
from sessionlint.link.question import gathered, postings, question, remembered
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Assign, Attribute, Call, Name, Statement, Term, With
from sessionlint.model.source import Place
from sessionlint.questions.engines.engines import engines_built_at_import, is_engine_builder
from sessionlint.questions.references.call_graph import called_function
from sessionlint.questions.running.callers import is_remembered
from sessionlint.questions.sessions.makers import configurations, makers_of

_CONNECTING = frozenset({"connect", "begin", "raw_connection", "execute", "run_sync"})
_ENTERS = ("__aenter__", "__enter__")
_DEPTH = 6


class EngineReach:
    """Looks from functions to engines; an engine goes by the place of the call that builds it."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def of(self, function: FunctionScope) -> Mapping[Place, Site]:
        """The engines that running ``function`` uses, each with the first place where that is seen."""
        found: dict[Place, Site] = {}
        for inner in self.functions(function):
            for engine, site in self._uses(inner).items():
                found.setdefault(engine, site)
        return found

    def functions(self, function: FunctionScope) -> Iterator[FunctionScope]:
        """``function`` and those that it calls, nearest first."""
        level, seen = [function], {function}
        for _ in range(_DEPTH):
            yield from level
            level = list(dict.fromkeys(other for one in level for other in self._callees(one) if other not in seen))
            seen.update(level)

    def may_dispose(self, function: FunctionScope) -> bool:
        """Whether ``function``, or one that it calls, mentions the ``dispose`` of something."""
        return remembered(self._project, ("may dispose", function), False, self._may_dispose, function)

    def _may_dispose(self, function: FunctionScope) -> bool:
        return any(self.disposes(inner) for inner in self.functions(function))

    def disposes(self, function: FunctionScope) -> bool:
        """Whether its own body does."""
        return remembered(self._project, ("disposes", function), False, disposes, function)

    def used_at(self, site: Site) -> Place | None:
        """The engine on which a call opens a session or a connection."""
        call = site.term
        if not isinstance(call, Call):
            return None
        match self._project.kind(call.func, site.scope):
            case kinds.Method(owner=kinds.Engine(origin=origin), name=name) if name in _CONNECTING:
                return origin
            case kinds.Factory(origin=origin) | kinds.Method(owner=kinds.Factory(origin=origin)) if origin is not None:
                return _bind(self._project, origin)
            case kinds.SessionType() | kinds.ClassKind():
                return _bind(self._project, site.place)
            case _:
                return None

    def _uses(self, function: FunctionScope) -> dict[Place, Site]:
        return remembered(self._project, ("engines used", function), {}, self._find_uses, function)

    def _find_uses(self, function: FunctionScope) -> dict[Place, Site]:
        found: dict[Place, Site] = {}
        for site in self._project.calls_in(function):
            engine = self.used_at(site)
            if engine is not None:
                found.setdefault(engine, site)
        return found

    def _callees(self, function: FunctionScope) -> Sequence[FunctionScope]:
        return remembered(self._project, ("runs", function), (), self._find_callees, function)

    def _find_callees(self, function: FunctionScope) -> Sequence[FunctionScope]:
        calls = [(site.term, site) for site in self._project.calls_in(function)]
        called = [called_function(self._project, call, site) for call, site in calls if isinstance(call, Call)]
        return (*(one for one in called if one is not None), *self._entered(function))

    def _entered(self, function: FunctionScope) -> Iterator[FunctionScope]:
        """What ``with UnitOfWork():`` runs."""
        for statement in walk.statements(function.body):
            for item in statement.items if isinstance(statement, With) else ():
                kind = self._project.kind(item.context, function)
                if isinstance(kind, kinds.Instance):
                    methods = (self._project.evaluator.instance_attribute(kind.cls, name) for name in _ENTERS)
                    yield from (method.function for method in methods if isinstance(method, kinds.FunctionKind))


def _bind(project: Project, place: Place) -> Place | None:
    """From the place of a factory, a registry or an opening call to that of its engine."""
    home = project.modules[place.path]
    wrapped = _wrapped_factories(project, home).get(place)
    engine = _binds(project, project.modules[wrapped.path]).get(wrapped) if wrapped is not None else None
    return engine or _binds(project, home).get(place)


@question(dict[Place, Place]())
def _binds(project: Project, module: ModuleScope) -> Mapping[Place, Place]:
    """The engines of the factories and of the opening calls of a module."""
    found: dict[Place, Place] = {}
    for maker in makers_of(project, module):
        if (engine := _engine(project, maker.bind, maker.site.scope)) is not None:
            found[maker.place] = engine
    for factory, engine in _configured(project, module.path):
        found.setdefault(factory, engine)
    return found


@postings
def _configured(project: Project, module: ModuleScope) -> Iterator[tuple[str, tuple[Place, Place]]]:
    """Factories, each with the engine that the module gives it afterwards."""
    for factory, site, call in configurations(project, module):
        engine = _engine(project, walk.argument(call, None, "bind"), site.scope)
        if engine is not None and factory.origin is not None:
            yield factory.origin.path, (factory.origin, engine)


@question(dict[Place, Place]())
def _wrapped_factories(project: Project, module: ModuleScope) -> Mapping[Place, Place]:
    """The registries of a module, each with its factory."""
    registries = project.calls_of_external("scoped_session", "async_scoped_session", within=module)
    wrapped = ((site.place, _wrapped_factory(project, site)) for site in registries)
    return {registry: factory for registry, factory in wrapped if factory is not None}


def _wrapped_factory(project: Project, site: Site) -> Place | None:
    """The factory behind a registry: ``scoped_session(SessionLocal)``."""
    call = site.term
    if not isinstance(call, Call) or not call.args:
        return None
    factory = project.kind(call.args[0].term, site.scope)
    return factory.origin if isinstance(factory, kinds.Factory) else None


def _engine(project: Project, bind: Term | None, scope: Scope) -> Place | None:
    engine = project.kind(bind, scope) if bind is not None else kinds.UNKNOWN
    return engine.origin if isinstance(engine, kinds.Engine) else None


def lasting_engines(project: Project) -> dict[Place, tuple[Site, ...]]:
    """The engines that outlive the function that uses them: built at import, by a cached function, or into a global.

    Each with the other engines that a condition may put in its place: ``if testing: engine = ... else: engine = ...``.
    """
    return dict(_lasting(project))


@gathered
def _lasting(project: Project, module: ModuleScope) -> Iterable[tuple[Place, tuple[Site, ...]]]:
    built: dict[Place, Site] = {}
    for site in project.calls_giving(kinds.Engine, within=module):
        if isinstance(site.term, Call) and is_engine_builder(project, site.term, site):
            built[site.place] = site
    if not built:
        return ()
    at_import = set(_built_at_import(project, module.path))
    lasting = {place: site for place, site in built.items() if place in at_import or _is_kept(site)}
    named = defaultdict(list)
    for site in lasting.values():
        named[_owner(site)].append(site)
    return [(place, tuple(named[_owner(site)])) for place, site in lasting.items()]


@postings
def _built_at_import(project: Project, module: ModuleScope) -> Iterator[tuple[str, Place]]:
    """Where engines are built when the module is imported."""
    for build in engines_built_at_import(project, module):
        place = build.builder or build.site.place
        yield place.path, place


def _owner(site: Site) -> tuple[Scope, object]:
    """What an engine is bound to; one without a name is alone."""
    name = walk.dotted(site.statement.targets[0]) if isinstance(site.statement, Assign) else None
    return site.scope, name or site


def _is_kept(site: Site) -> bool:
    function = enclosing_function(site.scope)
    return function is not None and (is_remembered(function) or _into_global(site.statement, function))


def _into_global(statement: Statement, function: FunctionScope) -> bool:
    return isinstance(statement, Assign) and any(
        isinstance(target, Name) and function.declared.get(target.id) == "global" for target in statement.targets
    )


def disposes(function: FunctionScope) -> bool:
    """Whether a function's own body mentions the ``dispose`` of something."""
    return any(
        isinstance(term, Attribute) and term.attr == "dispose"
        for statement in walk.statements(function.body)
        for top in walk.own_terms(statement)
        for term, _ in walk.descend(top)
    )
