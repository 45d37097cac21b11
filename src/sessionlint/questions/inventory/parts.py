"""What a piece of code is for: a route, a dependency, a task, a service, a script, a test, a migration."""

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Scope, enclosing_function
from sessionlint.link.project import Project
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Call, Constant, Term
from sessionlint.model.role import Role
from sessionlint.model.source import Place, Span
from sessionlint.questions.injection.dependencies import is_dependency
from sessionlint.questions.inventory.records import Code, Part
from sessionlint.questions.requests.routes import METHODS
from sessionlint.questions.running.jobs import is_job

_OF_FILES = {Role.TEST: Part.TEST, Role.MIGRATION: Part.MIGRATION, Role.SCRIPT: Part.SCRIPT}
_REGISTERING = METHODS | {"route"}  # Flask, too


def part_of(project: Project, scope: Scope) -> Part:
    """What the code of ``scope`` is; a function inside another is what that one is."""
    role = project.role(scope.module)
    if role in (Role.TEST, Role.MIGRATION):
        return _OF_FILES[role]
    function = enclosing_function(scope)
    while function is not None:
        found = _of_function(project, function)
        if found is not None:
            return found
        function = enclosing_function(function.parent) if function.parent is not None else None
    return _OF_FILES.get(role, Part.SERVICE)


def _of_function(project: Project, function: FunctionScope) -> Part | None:
    if route_of(function):
        return Part.ROUTE
    if is_job(project, function):
        return Part.TASK
    return Part.DEPENDENCY if is_dependency(project, function) else None


def part_of_file(project: Project, module: ModuleScope) -> Part:
    """What a file is as a whole."""
    return _OF_FILES.get(project.role(module), Part.SERVICE)


def route_of(function: FunctionScope) -> str:
    """``GET /users``, as the decorator says it; "" for what is no route."""
    registering = next((term for term in function.node.decorators if _is_registering(term)), None)
    return " ".join(_written(registering)) if registering is not None else ""


def _is_registering(decorator: Term) -> bool:
    if not isinstance(decorator, Call) or not isinstance(decorator.func, Attribute):
        return False
    path = walk.argument(decorator, 0, "path")
    return decorator.func.attr in _REGISTERING and isinstance(path, Constant) and str(path.value)[:1] in ("", "/")


def _written(decorator: Term) -> tuple[str, str]:
    assert isinstance(decorator, Call) and isinstance(decorator.func, Attribute)
    path = walk.argument(decorator, 0, "path")
    method = decorator.func.attr.upper().replace("API_ROUTE", "ROUTE")
    return method, str(path.value) or "/" if isinstance(path, Constant) else "/"


def function_at(module: ModuleScope, place: Place) -> FunctionScope | None:
    """The innermost function of the module that a place lies in."""
    start, end = place.span
    around = [function for function in module.functions if function.node.start <= start and end <= function.node.end]
    return around[-1] if around else None


def code_of(project: Project, scope: Scope) -> Code:
    """The code that ``scope`` is, as a record."""
    place = scope.place if isinstance(scope, FunctionScope) else Place(scope.module.path, _beginning(scope))
    return Code(scope.module.name, scope.qualified_name, place, part_of(project, scope))


def _beginning(scope: Scope) -> Span:
    return Span(0, 0) if isinstance(scope, ModuleScope) else scope.node.name_span
