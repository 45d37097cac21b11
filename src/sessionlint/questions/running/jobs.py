"""Functions that run as jobs: in the threads of a pool or a scheduler, in a thread of their own, as tasks of a queue."""

from collections.abc import Iterator, Mapping

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Scope
from sessionlint.link.project import Project
from sessionlint.link.question import postings
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Assign, Attribute, Call, Collection, Constant, Term

# where the work stands among the arguments of what starts it: position, keyword
_THREADS = {
    "threading.Thread": (1, "target"),
    "threading.Timer": (1, "function"),
    "asyncio.to_thread": (0, "func"),
    "fastapi.concurrency.run_in_threadpool": (0, "func"),
    "starlette.concurrency.run_in_threadpool": (0, "func"),
    "anyio.to_thread.run_sync": (0, "func"),
}
_POOLS = {"submit": (0, "fn"), "run_in_executor": (1, "func")}
_QUEUES = {
    "add_job": (0, "func"),
    "enqueue": (0, "f"),
    "enqueue_in": (1, "func"),
    "enqueue_at": (1, "f"),
    "enqueue_call": (0, "func"),
    "cron": (1, "func"),
    "schedule": (1, "func"),
    "do": (0, "job_func"),
}
_DECORATORS = frozenset({"task", "shared_task", "actor", "periodic_task", "scheduled_job", "job", "cron_job", "db_task"})


def is_job(project: Project, function: FunctionScope) -> bool:
    """Whether a worker's thread or process runs the function, as a decorator says, or somebody who hands it on."""
    return is_queued(project, function) or function in _started(project, function.module.path)


def is_queued(project: Project, function: FunctionScope) -> bool:
    """Whether a queue or a scheduler runs the function, again and again: Celery, Dramatiq, Huey, RQ, arq, APScheduler."""
    decorators = ((walk.dotted(term.func if isinstance(term, Call) else term) or "") for term in function.node.decorators)
    return any(name.rpartition(".")[2] in _DECORATORS for name in decorators) or (
        function in _queued(project, function.module.path)
    )


@postings
def _started(project: Project, module: ModuleScope) -> Iterator[tuple[str, FunctionScope]]:
    return ((function.module.path, function) for function in dict.fromkeys(_started_by(project, module)))


@postings
def _queued(project: Project, module: ModuleScope) -> Iterator[tuple[str, FunctionScope]]:
    return ((function.module.path, function) for function in dict.fromkeys(_queued_by(project, module)))


def _started_by(project: Project, module: ModuleScope) -> Iterator[FunctionScope]:
    for site in project.calls_of_external(*_THREADS, within=module):
        if isinstance(site.term, Call) and isinstance(kind := project.kind(site.term.func, site.scope), kinds.External):
            yield from _functions(project, walk.argument(site.term, *_THREADS[kind.name]), site.scope)
    yield from _given_to(project, module, _POOLS)


def _queued_by(project: Project, module: ModuleScope) -> Iterator[FunctionScope]:
    yield from _given_to(project, module, _QUEUES)
    for cls in module.classes if project.mentions(module, "arq") else ():
        for statement in cls.body:
            if isinstance(statement, Assign) and [walk.dotted(target) for target in statement.targets] == ["functions"]:
                for item in statement.value.items if isinstance(statement.value, Collection) else ():
                    yield from _functions(project, item, cls)


def _given_to(project: Project, module: ModuleScope, methods: Mapping[str, tuple[int, str]]) -> Iterator[FunctionScope]:
    for site in module.calls_named((*methods,)):
        if isinstance(site.term, Call) and isinstance(site.term.func, Attribute):
            yield from _functions(project, walk.argument(site.term, *methods[site.term.func.attr]), site.scope)


def _functions(project: Project, work: Term | None, scope: Scope) -> Iterator[FunctionScope]:
    """The function that ``work`` is, or that its text names: ``queue.enqueue("app.jobs.send")``."""
    if isinstance(work, Constant) and isinstance(work.value, str):
        home, _, name = work.value.replace(":", ".").rpartition(".")
        path = project.layout.resolve(scope.module.path, home, 0) if home else None
        module = project.modules.get(path) if path is not None else None
        yield from (function for function in module.functions if function.qualified_name == name) if module is not None else ()
        return
    kind = project.kind(work, scope) if work is not None else kinds.UNKNOWN
    if isinstance(kind, kinds.Partial):
        kind = kind.func
    if isinstance(kind, kinds.FunctionKind):
        yield kind.function
