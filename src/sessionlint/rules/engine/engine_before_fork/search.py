"""Engines whose open connections a forked process inherits."""

from collections.abc import Iterator, Mapping

from sessionlint.link.names.import_time import sites_at_import
from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Scope, Site, enclosing_function
from sessionlint.link.project import Project
from sessionlint.link.question import collected, postings
from sessionlint.model.facts import Call
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.engines.engine_reach import EngineReach, disposes, lasting_engines
from sessionlint.questions.engines.engine_use import EngineEnds
from sessionlint.questions.references.call_graph import called_function, calls_to
from sessionlint.questions.running.callers import Caller, Callers
from sessionlint.rules.engine.engine_before_fork.forks import Fork, forks

_SERVING = (Caller.ROUTE, Caller.MIDDLEWARE, Caller.PROVIDER, Caller.TASK, Caller.REACHED)
_LEVELS = 2


@dataclass(frozen=True, slots=True, eq=False)
class ForkedEngine:
    """The children of ``fork`` use the engine built at ``engine``, at ``inside``; the parent has used it at ``before``."""

    fork: Fork
    engine: Place
    inside: Site
    before: Site

    @property
    def place(self) -> Place:
        return self.fork.site.place


@collected
def forked_engines(project: Project, module: ModuleScope) -> Iterator[ForkedEngine]:
    """Every fork of a module whose children use a pool that the parent has filled."""
    found = list(forks(project, module))
    if not found or _resets_at_fork(project):
        return
    search = _Search(project)
    for fork in found:
        yield from search.of(fork)


def _resets_at_fork(project: Project) -> bool:
    return bool(project.calls_of_external("os.register_at_fork"))


class _Search:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._reach = EngineReach(project)
        self._engines = pooled_engines(project)
        self._callers = Callers(project)

    def of(self, fork: Fork) -> Iterator[ForkedEngine]:
        outer = enclosing_function(fork.site.scope)
        ran = [inner for function in fork.functions for inner in self._reach.functions(function)]
        if any(disposes(function) for function in (*ran, *([outer] if outer is not None else []))):
            return
        for engine, inside in self._in_child(fork).items():
            before = self._before(fork, engine, frozenset(ran)) if engine in self._engines else None
            if before is not None:
                yield ForkedEngine(fork, engine, inside, before)

    def _in_child(self, fork: Fork) -> Mapping[Place, Site]:
        if fork.is_bare:
            return self._used(fork.site.scope, fork.site, after=True)
        found: dict[Place, Site] = {}
        for function in fork.functions:
            for engine, site in self._reach.of(function).items():
                found.setdefault(engine, site)
        return found

    def _before(self, fork: Fork, engine: Place, ran: frozenset[FunctionScope]) -> Site | None:
        """Where the parent uses the engine before it forks: above the fork, above its callers, at import, or by serving."""
        found = self._above(fork.site, engine, _LEVELS) or self._at_import(fork.site.scope.module, engine)
        outer = enclosing_function(fork.site.scope)
        if found is None and outer is not None and self._callers.of(outer) in _SERVING:
            found = next((site for function, site in using(self._project, engine) if function not in ran), None)
        return found

    def _above(self, site: Site, engine: Place, levels: int) -> Site | None:
        found = self._used(site.scope, site, after=False).get(engine)
        function = enclosing_function(site.scope)
        if found is not None or function is None or levels == 0:
            return found
        calling = calls_to(self._project, function)
        return next((above for other in calling if (above := self._above(other, engine, levels - 1)) is not None), None)

    def _at_import(self, module: ModuleScope, engine: Place) -> Site | None:
        modules = (module, self._project.modules[engine.path])
        sites = (site for one in dict.fromkeys(modules) for site in sites_at_import(one))
        return next((site for site in sites if engine in used_by(self._project, self._reach, site)), None)

    def _used(self, scope: Scope, fork: Site, *, after: bool) -> dict[Place, Site]:
        """The engines used in ``scope`` behind or before a place in it."""
        found: dict[Place, Site] = {}
        for site in self._project.calls_in(scope):
            if site.term is not fork.term and (site.term.span.start > fork.term.span.start) is after:
                for engine in used_by(self._project, self._reach, site):
                    found.setdefault(engine, site)
        return found


def pooled_engines(project: Project) -> frozenset[Place]:
    """The engines that outlive the function that uses them, and whose pools keep connections."""
    ends = EngineEnds(project)
    return frozenset(
        place
        for place, sites in lasting_engines(project).items()
        if all(isinstance(site.term, Call) and ends.has_pool_worth_keeping(site.term, site) for site in sites)
    )


def using(project: Project, engine: Place) -> Iterator[tuple[FunctionScope, Site]]:
    """The functions that use an engine, themselves or through those that they call, each with the first place; in order."""
    return ((function, site) for place, function, site in _using(project, engine.path) if place == engine)


@postings
def _using(project: Project, module: ModuleScope) -> Iterator[tuple[str, tuple[Place, FunctionScope, Site]]]:
    reach = EngineReach(project)
    for function in module.functions:
        for engine, site in reach.of(function).items():
            yield engine.path, (engine, function, site)


def used_by(project: Project, reach: EngineReach, site: Site) -> frozenset[Place]:
    """The engines that a call uses, itself or through the function that it runs."""
    if not isinstance(site.term, Call):
        return frozenset()
    direct = reach.used_at(site)
    if direct is not None:
        return frozenset({direct})
    called = called_function(project, site.term, site)
    return frozenset(reach.of(called)) if called is not None else frozenset()
