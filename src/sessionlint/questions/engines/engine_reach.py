"""Which engines a function uses when it runs, itself or through the functions that it calls."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sessionlint.link.names.scopes import FunctionScope, Scope, Site, enclosing_function
from sessionlint.link.project import Project
from sessionlint.link.question import collected, question, remembered
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Assign, Attribute, Call, Name, Statement, Term, With
from sessionlint.model.source import Place
from sessionlint.questions.engines.engines import engines_built_at_import, is_engine_builder
from sessionlint.questions.references.call_graph import called_function
from sessionlint.questions.running.callers import is_remembered
from sessionlint.questions.sessions.makers import configurations, makers

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
                return _binds(self._project).get(origin)
            case kinds.SessionType() | kinds.ClassKind():
                return _binds(self._project).get(site.place)
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


@question(dict[Place, Place]())
def _binds(project: Project) -> dict[Place, Place]:
    """From the places of factories, registries and opening calls to those of their engines."""
    found: dict[Place, Place] = {}
    for maker in makers(project):
        if (engine := _engine(project, maker.bind, maker.site.scope)) is not None:
            found[maker.place] = engine
    for factory, site, call in configurations(project):
        engine = _engine(project, walk.argument(call, None, "bind"), site.scope)
        if engine is not None and factory.origin is not None:
            found.setdefault(factory.origin, engine)
    for site in project.calls_of_external("scoped_session", "async_scoped_session"):
        wrapped = _wrapped_factory(project, site)
        if wrapped is not None and wrapped in found:
            found[site.place] = found[wrapped]
    return found


def _wrapped_factory(project: Project, site: Site) -> Place | None:
    """The factory behind a registry: ``scoped_session(SessionLocal)``."""
    call = site.term
    if not isinstance(call, Call) or not call.args:
        return None
    factory = project.kind(call.args[0].value, site.scope)
    return factory.origin if isinstance(factory, kinds.Factory) else None


def _engine(project: Project, bind: Term | None, scope: Scope) -> Place | None:
    engine = project.kind(bind, scope) if bind is not None else kinds.UNKNOWN
    return engine.origin if isinstance(engine, kinds.Engine) else None


def lasting_engines(project: Project) -> dict[Place, tuple[Site, ...]]:
    """The engines that outlive the function that uses them: built at import, by a cached function, or into a global.

    Each with the other engines that a condition may put in its place: ``if testing: engine = ... else: engine = ...``.
    """
    return dict(_lasting(project))


@collected
def _lasting(project: Project) -> Iterable[tuple[Place, tuple[Site, ...]]]:
    built: dict[Place, Site] = {}
    for site in project.calls_giving(kinds.Engine):
        if isinstance(site.term, Call) and is_engine_builder(project, site.term, site):
            built[site.place] = site
    if not built:
        return ()
    builds = [build for module in project.modules.values() for build in engines_built_at_import(project, module)]
    at_import = {build.builder or build.site.place for build in builds}
    lasting = {place: site for place, site in built.items() if place in at_import or _is_kept(site)}
    named = defaultdict(list)
    for site in lasting.values():
        named[_owner(site)].append(site)
    return [(place, tuple(named[_owner(site)])) for place, site in lasting.items()]


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
