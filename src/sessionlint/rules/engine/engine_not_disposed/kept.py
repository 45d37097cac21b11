"""Asynchronous engines that a process keeps until it ends, and that nothing disposes then."""

from collections.abc import Iterator

from sessionlint.link.names.import_time import sites_at_import
from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Scope, Site
from sessionlint.link.names.sites import sites
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Assign, Attribute, Call, Name
from sessionlint.model.records import dataclass
from sessionlint.model.role import Role
from sessionlint.model.source import Place
from sessionlint.questions.engines.engine_use import EngineEnds
from sessionlint.questions.engines.engines import is_engine_builder
from sessionlint.questions.running.lifespans import lifespan_functions
from sessionlint.rules.engine.engine_not_disposed.disposals import disposals
from sessionlint.rules.engine.engine_not_disposed.processes import Process, processes


@dataclass(frozen=True, slots=True, eq=False)
class KeptEngine:
    """``site`` builds it; ``name`` is what it is bound to, "" for none. ``process`` is what ends without disposing it.

    ``function`` is the lifespan that builds it for itself, or what fills the global ``name``; None: the module builds it.
    """

    site: Site
    name: str
    function: FunctionScope | None
    process: Process

    @property
    def place(self) -> Place:
        return self.site.place

    @property
    def is_global(self) -> bool:
        return self.function is None or self.function.declared.get(self.name) == "global"


def kept_engines(project: Project, module: ModuleScope) -> Iterator[KeptEngine]:
    """Those of ``module``, where something runs with them until a process ends."""
    found = [site for site in project.calls_giving(kinds.Engine, within=module) if _is_kept(project, site)]
    known = [(site, process) for site in found if (process := _process(project, site)) is not None]
    for site, process in known:
        if not disposals(project).may_end(site.place):
            function = site.scope if isinstance(site.scope, FunctionScope) else None
            yield KeptEngine(site, _name(site), function, process)


def _is_kept(project: Project, site: Site) -> bool:
    call = site.term
    if not isinstance(call, Call) or site.in_lambda or not is_engine_builder(project, call, site):
        return False
    engine = project.kind(call, site.scope)
    if not (isinstance(engine, kinds.Engine) and engine.is_async and EngineEnds(project).has_pool_worth_keeping(call, site)):
        return False
    return isinstance(site.statement, Assign) and _is_held(project, site) and _lives_on(project, site) and _is_used(project, site)


def _is_held(project: Project, site: Site) -> bool:
    """Whether the engine is bound as it is, or in a factory."""
    around = [outer for outer in site.path if isinstance(outer, Call)]
    return all(isinstance(project.kind(outer, site.scope), kinds.Factory) for outer in around)


def _lives_on(project: Project, site: Site) -> bool:
    scope = site.scope
    if isinstance(scope, ModuleScope):
        return any(other.term is site.term for other in sites_at_import(scope))
    if not isinstance(scope, FunctionScope):
        return False
    return scope.declared.get(_name(site)) == "global" or scope in lifespan_functions(project)


def _is_used(project: Project, site: Site) -> bool:
    """Whether more than tests has the engine: one that nothing connects with has no connections."""
    name, module = _name(site), site.scope.module
    if not name.isidentifier() or any(_mentions(scope, name) for scope in module.scopes):
        return True
    importers = (project.modules.get(path) for path in project.importers_of_name(module.path, name))
    return any(importer is not None and project.role(importer) is not Role.TEST for importer in importers)


def _mentions(scope: Scope, name: str) -> bool:
    """Whether the name is read there."""
    found = (site for site in sites(scope) if isinstance(site.term, Name) and site.term.id == name)
    return any(not isinstance(site.statement, Assign) or site.term not in site.statement.targets for site in found)


def _name(site: Site) -> str:
    """What the engine itself is bound to: a name, or what is put on the application's state."""
    if not isinstance(site.statement, Assign) or site.statement.value is not site.term:
        return ""
    target = site.statement.targets[0]
    return walk.dotted(target) or "" if isinstance(target, Name | Attribute) else ""


def _process(project: Project, site: Site) -> Process | None:
    """The clearest of what runs with the module of the engine."""
    if site.scope in lifespan_functions(project):
        assert isinstance(site.scope, FunctionScope)
        return Process(site.scope.place, "this lifespan ends without it", 0)
    path = site.scope.module.path
    reached = project.importers.transitively([path]) | {path}
    around = [process for process in processes(project) if process.place.path in reached]
    return min(around, key=lambda process: process.rank, default=None)
