"""Servers that import the application first and fork afterwards: Celery's workers, gunicorn with ``preload_app``."""

import re
from collections.abc import Iterator

from sessionlint.link.names.import_time import sites_at_import
from sessionlint.link.names.scopes import ModuleScope, Site
from sessionlint.link.project import Project
from sessionlint.link.question import by_module, gathered
from sessionlint.model.records import dataclass
from sessionlint.model.regex import regex
from sessionlint.model.role import Role
from sessionlint.model.source import Place
from sessionlint.questions.engines.engine_reach import EngineReach
from sessionlint.questions.references.outlines import outlines_with
from sessionlint.questions.running.callers import Caller, Callers
from sessionlint.rules.engine.engine_before_fork.search import pooled_engines, used_by, using

_CELERY = ("celery.Celery", "celery.app.Celery", "celery.app.base.Celery")
# what runs in a new worker first, where its pool may be replaced; and what chooses workers that are no processes
_STARTS = ("worker_process_init", "post_fork", "post_worker_init", "register_at_fork", "worker_pool", "CELERYD_POOL")
_PRELOADING = regex(r"^preload_app *= *True\b", re.MULTILINE)
_SERVING = (Caller.ROUTE, Caller.MIDDLEWARE, Caller.PROVIDER)


@dataclass(frozen=True, slots=True, eq=False)
class Preforked:
    """``before`` uses the engine built at ``engine`` at import, in the parent; ``inside`` in the workers of ``server``."""

    server: str
    before: Site
    engine: Place
    inside: Site

    @property
    def place(self) -> Place:
        return self.before.place


@by_module
def preforked_engines(project: Project) -> Iterator[Preforked]:
    """Every use of an engine at import, where the server forks behind it and its workers use the engine, too."""
    servers = list(_servers(project))
    if not servers or _starting(project) or any(outlines_with(project, word) for word in _STARTS):
        return
    engines = pooled_engines(project)
    told: set[Place] = set()
    for engine, site in _used_at_import(project) if engines else ():
        for server, serving in servers if engine in engines else ():
            inside = _first_use(project, engine, serving)
            if inside is not None and engine not in told:
                told.add(engine)
                yield Preforked(server, site, engine, inside)


@gathered
def _starting(project: Project, module: ModuleScope) -> Iterator[str]:
    """The modules that may have something run first in a new worker."""
    if any(project.mentions(module, word) for word in _STARTS):
        yield module.path


@gathered
def _used_at_import(project: Project, module: ModuleScope) -> Iterator[tuple[Place, Site]]:
    """The engines that are used when a module of an application is imported, each with the place."""
    reach = EngineReach(project)
    for site in sites_at_import(module) if project.role(module) is Role.APPLICATION else ():
        for engine in sorted(used_by(project, reach, site)):
            yield engine, site


def _servers(project: Project) -> Iterator[tuple[str, tuple[Caller, ...]]]:
    """The servers that fork, and what their workers call."""
    if project.calls_of_external(*_CELERY):
        yield "Celery", (Caller.TASK,)
    configurations = (path for path in project.sources if path.rpartition("/")[2].startswith("gunicorn"))
    if any(_PRELOADING.search(project.sources[path].text) for path in configurations):
        yield "gunicorn", _SERVING  # its configuration speaks of no session and is not parsed


def _first_use(project: Project, engine: Place, serving: tuple[Caller, ...]) -> Site | None:
    callers, reach = Callers(project), EngineReach(project)
    found = ((function, site) for function, site in using(project, engine) if callers.of(function) in serving)
    return next((site for function, site in found if not reach.may_dispose(function)), None)
