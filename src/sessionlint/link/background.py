"""Sessions of a request that are handed to a background task."""

from collections.abc import Iterator
from dataclasses import dataclass

from sessionlint.link import kinds, walk
from sessionlint.link.project import Project
from sessionlint.link.routes import injected_sessions
from sessionlint.link.scopes import FunctionScope, ParameterBinding, ValueBinding
from sessionlint.link.sites import sites
from sessionlint.model.facts import Attribute, Call, Name
from sessionlint.model.source import Place

_MODULES = ("fastapi", "fastapi.background", "starlette.background", "starlette.responses")
_CLASSES = frozenset(f"{module}.{name}" for module in _MODULES for name in ("BackgroundTasks", "BackgroundTask"))


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
                yield LentToTask(site.place, name, parameter, task, injected[name].ends_before_response)


def _schedules(project: Project, call: Call, function: FunctionScope) -> bool:
    callee = project.kind(call.func, function)
    if project.trust.runs_in_background(callee) or _is_one_of(callee, _CLASSES):
        return True
    if not isinstance(call.func, Attribute) or not isinstance(call.func.value, Name):
        return False
    classes = project.trust.classes_with(call.func.attr) | (_CLASSES if call.func.attr == "add_task" else frozenset())
    return bool(classes) and _holds(project, call.func.value.id, classes, function)


def _holds(project: Project, name: str, classes: frozenset[str], function: FunctionScope) -> bool:
    """Whether a name holds an object of one of ``classes``, as its annotation or the call that makes it says."""
    for binding in function.bindings.get(name, ()):
        match binding:
            case ParameterBinding(parameter=parameter) if parameter.annotation is not None:
                if _is_one_of(project.kind(parameter.annotation, function.parent or function.module), classes):
                    return True
            case ValueBinding(value=Call(func=func)) if _is_one_of(project.kind(func, function), classes):
                return True
    return False


def _is_one_of(kind: kinds.Kind, classes: frozenset[str]) -> bool:
    return isinstance(kind, kinds.External) and kind.name in classes
