"""Sessions of a request that are handed to a background task."""

from collections.abc import Iterator
from dataclasses import dataclass

from sessionlint.link import kinds, walk
from sessionlint.link.carriers import carried_sessions
from sessionlint.link.project import Project
from sessionlint.link.scopes import FunctionScope, ParameterBinding, Site, ValueBinding
from sessionlint.link.session_users import sessions_used_by, without_partial
from sessionlint.model.facts import Attribute, Call, Name
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
        scheduling = [site for site in project.calls_in(function) if _schedules(project, site)]
        carried = {found.name: found for found in carried_sessions(project, function)} if scheduling else {}
        for site in scheduling if carried else ():
            assert isinstance(site.term, Call)
            work, args = without_partial(project, site.term.args[0].value, site.term.args[1:], function)
            lent = [given.value.id for given in args if isinstance(given.value, Name) and given.value.id in carried]
            used = sorted(sessions_used_by(project, work, args, site) & carried.keys())
            for found in [carried[name] for name in (*lent, *used)][:1]:
                task = walk.dotted(work) or "the task"
                yield LentToTask(site.place, found.name, found.place, task, found.injected.ends_before_response)


def _schedules(project: Project, site: Site) -> bool:
    call, function = site.term, site.scope
    if not isinstance(call, Call) or not call.args or not isinstance(function, FunctionScope):
        return False
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
