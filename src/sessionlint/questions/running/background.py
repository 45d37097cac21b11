"""Work that runs after the response: background tasks of FastAPI and Starlette, and what the configuration says is like them."""

from sessionlint.link.names.scopes import FunctionScope, ParameterBinding, Site, ValueBinding
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model.facts import Attribute, Call, Name

_MODULES = ("fastapi", "fastapi.background", "starlette.background", "starlette.responses")
_CLASSES = frozenset(f"{module}.{name}" for module in _MODULES for name in ("BackgroundTasks", "BackgroundTask"))


def schedules(project: Project, site: Site) -> bool:
    """Whether a call hands on work for after the response: ``tasks.add_task(work, ...)``, ``BackgroundTask(work, ...)``."""
    call, function = site.term, site.scope
    if not isinstance(call, Call) or not call.args or not isinstance(function, FunctionScope):
        return False
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
