"""Functions that run as jobs: in the threads of a pool or a scheduler, in a thread of their own, as tasks of a queue."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Scope
from sessionlint.link.project import Project
from sessionlint.link.question import collected, question
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Call, Term

# where the work stands among the arguments of what starts it: position, keyword
_BY_LIBRARY = {
    "threading.Thread": (1, "target"),
    "threading.Timer": (1, "function"),
    "asyncio.to_thread": (0, "func"),
    "fastapi.concurrency.run_in_threadpool": (0, "func"),
    "starlette.concurrency.run_in_threadpool": (0, "func"),
    "anyio.to_thread.run_sync": (0, "func"),
}
_BY_METHOD = {
    "submit": (0, "fn"),
    "run_in_executor": (1, "func"),
    "add_job": (0, "func"),
    "enqueue": (0, "f"),
    "enqueue_in": (1, "func"),
    "enqueue_at": (1, "f"),
    "enqueue_call": (0, "func"),
    "apply_async": (0, "func"),
}
_DECORATORS = frozenset({"task", "shared_task", "actor", "periodic_task", "scheduled_job", "job", "cron_job"})


def is_job(project: Project, function: FunctionScope) -> bool:
    """Whether a decorator, or somebody who hands it on, has the function run in a worker's thread or process."""
    decorators = ((walk.dotted(term.func if isinstance(term, Call) else term) or "") for term in function.node.decorators)
    return any(name.rpartition(".")[2] in _DECORATORS for name in decorators) or function in _handed_on(project)


@question(frozenset[FunctionScope]())
def _handed_on(project: Project) -> frozenset[FunctionScope]:
    return frozenset(function for module in project.modules.values() for function in _handed_on_by(project, module))


@collected
def _handed_on_by(project: Project, module: ModuleScope) -> Iterator[FunctionScope]:
    for site in project.calls_of_external(*_BY_LIBRARY, within=module):
        if isinstance(site.term, Call) and isinstance(kind := project.kind(site.term.func, site.scope), kinds.External):
            yield from _functions(project, walk.argument(site.term, *_BY_LIBRARY[kind.name]), site.scope)
    for site in module.calls_named((*_BY_METHOD,)):
        if isinstance(site.term, Call) and isinstance(site.term.func, Attribute):
            yield from _functions(project, walk.argument(site.term, *_BY_METHOD[site.term.func.attr]), site.scope)


def _functions(project: Project, work: Term | None, scope: Scope) -> Iterator[FunctionScope]:
    kind = project.kind(work, scope) if work is not None else kinds.UNKNOWN
    if isinstance(kind, kinds.Partial):
        kind = kind.func
    if isinstance(kind, kinds.FunctionKind):
        yield kind.function
