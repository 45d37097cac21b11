"""Functions that FastAPI calls, and the sessions that it gives them."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import FunctionScope, ModuleScope
from sessionlint.link.project import Project
from sessionlint.link.question import question
from sessionlint.link.values import kinds
from sessionlint.link.values.evaluate import TRANSPARENT
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Call, Constant, Import, Parameter, Term
from sessionlint.model.records import dataclass
from sessionlint.questions.injection.dependencies import is_dependency
from sessionlint.questions.requests.depends import Dependency
from sessionlint.questions.requests.needs import needs

METHODS = frozenset({"get", "post", "put", "delete", "patch", "head", "options", "trace", "api_route", "websocket"})


def is_route(project: Project, function: FunctionScope) -> bool:
    """Whether every decorator registers it as a route: ``@router.get("/path")``, in a module that imports fastapi."""
    decorators = function.node.decorators
    return bool(decorators) and all(map(_registers, decorators)) and _imports_fastapi(project, function.module)


def is_called_by_fastapi(project: Project, function: FunctionScope) -> bool:
    """A route, or a dependency that no unknown decorator changes."""
    if is_route(project, function):
        return True
    return is_dependency(project, function) and project.evaluator.decorators(function) <= TRANSPARENT


def is_of_websocket(function: FunctionScope) -> bool:
    """FastAPI calls these on the event loop, whatever they are."""
    called = (one.func for one in function.node.decorators if isinstance(one, Call))
    return any(isinstance(func, Attribute) and func.attr == "websocket" for func in called)


def _registers(decorator: Term) -> bool:
    if not isinstance(decorator, Call) or not isinstance(decorator.func, Attribute) or decorator.func.attr not in METHODS:
        return False
    path = walk.argument(decorator, 0, "path")
    return isinstance(path, Constant) and isinstance(path.value, str) and path.value[:1] in ("", "/")


@question(False)
def _imports_fastapi(project: Project, module: ModuleScope) -> bool:
    return any(
        isinstance(statement, Import) and (statement.module or statement.names[0].name).partition(".")[0] == "fastapi"
        for statement in walk.statements(module.body)
    )


@dataclass(frozen=True, slots=True, eq=False)
class Injected:
    """A parameter that FastAPI fills with a session."""

    parameter: Parameter
    session: kinds.Session
    dependency: Dependency

    @property
    def ends_before_response(self) -> bool:
        """``scope="function"``: the provider is left before the response is sent."""
        scope = self.dependency.option("scope")
        return isinstance(scope, Constant) and scope.value == "function"


def injected_sessions(project: Project, function: FunctionScope) -> Iterator[Injected]:
    """The parameters of a function that ``Depends`` fills with a session."""
    outside = function.parent or function.module
    for dependency in needs(project, function):
        parameter = dependency.parameter
        if parameter is None:
            continue
        value = project.kind(dependency.call, dependency.scope)
        given = value.value if isinstance(value, kinds.Dependency) else kinds.UNKNOWN
        if given == kinds.UNKNOWN and parameter.annotation is not None:
            given = project.evaluator.annotated(parameter.annotation, outside)
        if isinstance(given, kinds.Session):
            yield Injected(parameter, given, dependency)
