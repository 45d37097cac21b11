"""Which functions run again and again: once per request, per task or per session."""

from enum import Enum

from sessionlint.link.names.scopes import FunctionScope, enclosing_function
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Call, Constant, FString
from sessionlint.questions.injection.dependencies import is_dependency
from sessionlint.questions.references.call_graph import calls_to
from sessionlint.questions.running.frameworks import is_lambda_handler
from sessionlint.questions.running.jobs import is_queued

_DEPTH = 4
_ROUTES = frozenset(
    {"get", "post", "put", "delete", "patch", "head", "options", "trace", "route", "api_route", "websocket", "websocket_route"}
)
# FastAPI's and Starlette's, and Flask's
_MIDDLEWARE = frozenset({"middleware", "before_request", "after_request", "teardown_request"})
_REMEMBERING = ("cache", "singleton", "memo", "once", "lru", "resource", "fixture", "provides")


class Caller(Enum):
    """Why a function runs again and again."""

    ROUTE = "route"
    MIDDLEWARE = "middleware"
    PROVIDER = "provider"
    TASK = "task"
    HANDLER = "handler"
    PAGE = "page"
    REACHED = "function that a route, provider or task calls"
    OPENER = "function that opens a session"


def is_remembered(function: FunctionScope) -> bool:
    """Whether a decorator may keep what the function returns; one that cannot be followed is judged by its name."""
    for term in function.node.decorators:
        name = (walk.dotted(term.func if isinstance(term, Call) else term) or "").lower()
        if any(word in name for word in _REMEMBERING):
            return True
    return False


class Callers:
    """Which functions run again and again, told from what calls them."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def of(self, function: FunctionScope) -> Caller | None:
        """Why ``function`` runs per request, task or session; None when nothing says so."""
        if is_remembered(function):
            return None
        if (root := self._root(function)) is not None:
            return root
        if function.node.name != "__init__" and self._gives_session(function):
            return Caller.OPENER
        return Caller.REACHED if self._is_reached(function, _DEPTH, frozenset()) else None

    def _root(self, function: FunctionScope) -> Caller | None:
        if is_dependency(self._project, function):
            return Caller.PROVIDER
        for term in function.node.decorators:
            callee = term.func if isinstance(term, Call) else term
            name = (walk.dotted(callee) or "").rpartition(".")[2]
            if name in _MIDDLEWARE and isinstance(callee, Attribute):
                return Caller.MIDDLEWARE
            if isinstance(term, Call) and isinstance(callee, Attribute) and name in _ROUTES and _has_path(term):
                return Caller.ROUTE
        if is_queued(self._project, function):
            return Caller.TASK
        return Caller.HANDLER if is_lambda_handler(function) else None

    def _gives_session(self, function: FunctionScope) -> bool:
        kind = self._project.evaluator.returned(function)
        while isinstance(kind, kinds.Generator | kinds.Awaitable | kinds.ContextManager):
            kind = kind.value
        return isinstance(kind, kinds.Session)

    def _is_reached(self, function: FunctionScope, depth: int, seen: frozenset[FunctionScope]) -> bool:
        if depth == 0 or function in seen:
            return False
        for caller in map(enclosing_function, (site.scope for site in calls_to(self._project, function))):
            if caller is None or is_remembered(caller):
                continue
            if self._root(caller) is not None or self._is_reached(caller, depth - 1, seen | {function}):
                return True
        return False


def _has_path(call: Call) -> bool:
    path = walk.argument(call, 0, "path")
    if isinstance(path, FString):
        path = path.parts[0] if path.parts else None
    return isinstance(path, Constant) and isinstance(path.value, str) and path.value[:1] in ("/", "")
