"""Sessions of a request that are handed to a background task."""

from collections.abc import Iterator

from sessionlint.link import kinds, walk
from sessionlint.link.project import Project
from sessionlint.link.routes import Injected, injected_sessions
from sessionlint.link.scopes import FunctionScope, ParameterBinding, ValueBinding
from sessionlint.link.sites import sites
from sessionlint.model.facts import Attribute, Call, Constant, Name, Term
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place

_TASKS = frozenset({"BackgroundTasks", "BackgroundTask"})


@dataclass(frozen=True, slots=True, eq=False)
class LentToTask:
    """``place`` is the call that takes the session along; ``ends_first``: the session's scope says that it is closed before."""

    place: Place
    name: str
    parameter: Place
    task: str
    ends_first: bool


def sessions_lent_to_tasks(project: Project) -> Iterator[LentToTask]:
    """Every ``tasks.add_task(work, db)`` and ``BackgroundTask(work, db)`` with a session that FastAPI gave the function."""
    for function in project.functions():
        injected = {found.parameter.name: found for found in injected_sessions(project, function)}
        if not injected:
            continue
        for site in sites(function):
            call = site.term
            if not isinstance(call, Call) or not _schedules(project, call, function):
                continue
            name = next(
                (given.value.id for given in call.args if isinstance(given.value, Name) and given.value.id in injected), None
            )
            if name is not None:
                parameter = function.module.place(injected[name].parameter.span)
                task = walk.dotted(call.args[0].value) or "the task"
                yield LentToTask(site.place, name, parameter, task, _ends_first(injected[name]))


def _schedules(project: Project, call: Call, function: FunctionScope) -> bool:
    if isinstance(call.func, Attribute) and call.func.attr == "add_task":
        return isinstance(call.func.value, Name) and _holds_tasks(project, call.func.value.id, function)
    return _is_task_class(project.kind(call.func, function))


def _holds_tasks(project: Project, name: str, function: FunctionScope) -> bool:
    for binding in function.bindings.get(name, ()):
        match binding:
            case ParameterBinding(parameter=parameter) if parameter.annotation is not None:
                if _is_task_class(project.kind(parameter.annotation, function.parent or function.module)):
                    return True
            case ValueBinding(value=Call(func=func)) if _is_task_class(project.kind(func, function)):
                return True
    return False


def _is_task_class(kind: kinds.Kind) -> bool:
    if not isinstance(kind, kinds.External):
        return False
    package, _, name = kind.name.rpartition(".")
    return name in _TASKS and package.partition(".")[0] in ("fastapi", "starlette")


def _ends_first(injected: Injected) -> bool:
    scope: Term | None = injected.dependency.option("scope") if injected.dependency is not None else None
    return isinstance(scope, Constant) and scope.value == "function"
