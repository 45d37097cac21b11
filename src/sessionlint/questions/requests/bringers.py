"""Dependencies that bring a session along: who depends on them has one in the request, whether or not it says so."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, ValueBinding
from sessionlint.link.project import Project
from sessionlint.link.question import remembered
from sessionlint.model import walk
from sessionlint.model.facts import Call, Subscript
from sessionlint.questions.requests.depends import Dependency, is_depends, provider_term
from sessionlint.questions.requests.needs import needs, provider_function
from sessionlint.questions.requests.routes import injected_sessions, is_route


def bringers(project: Project, module: ModuleScope) -> Iterator[str]:
    """The names of the functions, classes and ``Annotated`` aliases of a module by which a request, or a caller, meets a
    session."""
    for function in module.functions:
        if not is_route(project, function) and _brings(project, function):
            owner = function.owner if function.node.name in ("__init__", "__call__") else None
            yield owner.node.name if owner is not None else function.node.name
    yield from _aliases(project, module)


def _brings(project: Project, function: FunctionScope) -> bool:
    return bool(needs(project, function)) and remembered(project, ("brings", function), False, _finds_session, project, function)


def _finds_session(project: Project, function: FunctionScope) -> bool:
    if any(True for _ in injected_sessions(project, function)):
        return True
    behind = (provider_function(project, dependency) for dependency in needs(project, function))
    return any(provider is not None and _brings(project, provider) for provider in behind)


def _aliases(project: Project, module: ModuleScope) -> Iterator[str]:
    for name, bindings in module.bindings.items():
        for binding in bindings:
            if isinstance(binding, ValueBinding) and isinstance(binding.value, Subscript):
                for term, _ in walk.descend(binding.value):
                    if isinstance(term, Call) and is_depends(project, term, module):
                        provider = provider_function(project, Dependency(term, module, provider_term(term)))
                        if provider is not None and _brings(project, provider):
                            yield name
