"""Whether every use of a provider could have ``scope="function"``: FastAPI then leaves it before it sends the response."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ImportBinding, ModuleScope
from sessionlint.link.project import Project
from sessionlint.link.question import gathered
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Name
from sessionlint.model.role import Role
from sessionlint.questions.injection.dependencies import DependencyUse, is_dependency
from sessionlint.questions.providers.lending import Lender
from sessionlint.questions.providers.other_uses import other_uses
from sessionlint.questions.requests.needs import request_needs
from sessionlint.questions.requests.routes import injected_sessions

_SCOPED = (0, 121)
# what goes on after the route has returned, and would find the session closed
_AFTERWARDS = frozenset({"BackgroundTasks", "BackgroundTask", "StreamingResponse", "EventSourceResponse", "WebSocket"})


def can_be_function_scoped(project: Project, lender: Lender) -> bool:
    """Whether the oldest FastAPI that the project admits knows the scope, every ``Depends`` can be seen and take it, and
    neither another generator dependency nor anything that outlives the route gets the session."""
    oldest = project.targets.fastapi_oldest
    if oldest is None or oldest < _SCOPED or other_uses(project, lender.function).unclear is not None:
        return False
    if not all(_takes_scope(project, use) for use in lender.uses):
        return False
    return not any(_lends_on(project, lender)) and not _outliving_the_route(project)


def _takes_scope(project: Project, use: DependencyUse) -> bool:
    """``Depends`` itself (``Security`` has no scope), without stars, and with no other scope than this."""
    given = walk.argument(use.call, None, "scope")
    if any(one.star for one in use.call.args) or not (given is None or use.is_function_scoped):
        return False
    func = use.call.func
    if isinstance(func, Attribute):
        return func.attr == "Depends"
    home = project.evaluator.home(func.id, use.scope) if isinstance(func, Name) else None
    bindings = home.bindings[func.id] if home is not None and isinstance(func, Name) else []
    return bool(bindings) and all(isinstance(one, ImportBinding) and one.name == "Depends" for one in bindings)


def _lends_on(project: Project, lender: Lender) -> Iterator[bool]:
    """A generator dependency that may get what the provider lends: FastAPI refuses a narrower scope under a wider one."""
    home = lender.function.module.path
    knowing = project.importers.transitively([home]) | {home}
    modules = (project.modules[path] for path in sorted(knowing) if path in project.modules)
    for function in (function for module in modules for function in module.functions):
        if function.node.is_generator and is_dependency(project, function):
            needed = (need.provider for need in request_needs(project, function))
            yield any(provider in (None, lender.function) for provider in needed) or any(injected_sessions(project, function))


@gathered
def _outliving_the_route(project: Project, module: ModuleScope) -> Iterator[str]:
    """The modules of routes whose sessions may get to something that goes on afterwards: they import both."""
    serving = module.functions if project.role(module) is Role.APPLICATION and _imports(module) else ()
    if any(any(injected_sessions(project, function)) for function in serving):
        yield module.path


def _imports(module: ModuleScope) -> bool:
    bindings = (binding for scope in module.scopes for each in scope.bindings.values() for binding in each)
    return any(isinstance(binding, ImportBinding) and binding.name in _AFTERWARDS for binding in bindings)
