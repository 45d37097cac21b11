"""Servers that import the application first and fork afterwards: Celery's workers, gunicorn with ``preload_app``."""

import re
from collections.abc import Iterator

from sessionlint.link.names.import_time import sites_at_import
from sessionlint.link.names.scopes import FunctionScope, Site
from sessionlint.link.project import Project
from sessionlint.link.question import by_module
from sessionlint.model.records import dataclass
from sessionlint.model.role import Role
from sessionlint.model.source import Place, Source
from sessionlint.questions.engines.engine_reach import EngineReach
from sessionlint.questions.running.callers import Caller, Callers
from sessionlint.rules.engine.engine_before_fork.search import pooled_engines, used_by

_CELERY = ("celery.Celery", "celery.app.Celery", "celery.app.base.Celery")
# what runs in a new worker first, where its pool may be replaced; and what chooses workers that are no processes
_STARTS = ("worker_process_init", "post_fork", "post_worker_init", "register_at_fork", "worker_pool", "CELERYD_POOL")
_PRELOADING = re.compile(r"^preload_app *= *True\b", re.MULTILINE)
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
    if not servers or any(source.mentions(word) for source in project.sources.values() for word in _STARTS):
        return
    reach, engines = EngineReach(project), pooled_engines(project)
    told: set[Place] = set()
    for module in project.modules.values() if engines else ():
        for site in sites_at_import(module) if project.role(module) is Role.APPLICATION else ():
            for engine in sorted(used_by(project, reach, site) & engines - told):
                for server, serving in servers:
                    inside = _first_use(project, reach, engine, serving)
                    if inside is not None and engine not in told:
                        told.add(engine)
                        yield Preforked(server, site, engine, inside)


def _servers(project: Project) -> Iterator[tuple[str, tuple[Caller, ...]]]:
    """The servers that fork, and what their workers call."""
    if project.calls_of_external(*_CELERY):
        yield "Celery", (Caller.TASK,)
    if any(_preloads(source) for source in project.sources.values()):
        yield "gunicorn", _SERVING


def _preloads(source: Source) -> bool:
    """``preload_app = True`` in gunicorn's configuration, which speaks of no session and is not parsed."""
    return source.path.rpartition("/")[2].startswith("gunicorn") and _PRELOADING.search(source.text) is not None


def _first_use(project: Project, reach: EngineReach, engine: Place, serving: tuple[Caller, ...]) -> Site | None:
    callers = Callers(project)
    functions = (function for function in project.functions() if callers.of(function) in serving)
    return next((site for function in functions if (site := _use(reach, function, engine)) is not None), None)


def _use(reach: EngineReach, function: FunctionScope, engine: Place) -> Site | None:
    return reach.of(function).get(engine) if not reach.may_dispose(function) else None
