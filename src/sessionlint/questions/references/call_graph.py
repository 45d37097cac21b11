"""Which calls of the project run which of its functions."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from sessionlint.link.names.import_time import calls_at_import
from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Site
from sessionlint.link.project import Project
from sessionlint.link.question import by_path, collected, question
from sessionlint.link.values import kinds
from sessionlint.model.facts import Call
from sessionlint.model.role import Role


def calls_to(project: Project, function: FunctionScope) -> Sequence[Site]:
    """The calls of a function of the project, in their order; a class's are those of its ``__init__``."""
    return (_calls_into(project, function.module.path) or {}).get(function, ())


@question(False)
def runs_at_import(project: Project, function: FunctionScope) -> bool:
    """Whether a module of the application calls the function when it is imported, or one that calls it."""
    return any(
        runs_at_import(project, site.scope) if isinstance(site.scope, FunctionScope) else _runs_when_imported(project, site)
        for site in calls_to(project, function)
    )


def _runs_when_imported(project: Project, site: Site) -> bool:
    module = site.scope.module
    if project.role(module) is not Role.APPLICATION or project.is_program(module):
        return False
    return any(other.term is site.term for other in calls_at_import(module))


@by_path
def _calls_into(project: Project) -> Mapping[str, Mapping[FunctionScope, Sequence[Site]]]:
    """The calls of the functions of each module."""
    found: dict[str, dict[FunctionScope, list[Site]]] = defaultdict(lambda: defaultdict(list))
    for module in project.modules.values():
        for function, site in _calls_in(project, module):
            found[function.module.path][function].append(site)
    return {path: dict(calls) for path, calls in found.items()}


@collected
def _calls_in(project: Project, module: ModuleScope) -> Iterator[tuple[FunctionScope, Site]]:
    """The calls in a module that run a function of the project."""
    for site in project.calls_of(kinds.FunctionKind, kinds.ClassKind, within=module):
        function = called_function(project, site.term, site) if isinstance(site.term, Call) else None
        if function is not None:
            yield function, site


def called_function(project: Project, call: Call, site: Site) -> FunctionScope | None:
    """The function of the project that ``call`` runs: a plain function, a method, or a class's ``__init__``."""
    match project.kind(call.func, site.scope):
        case kinds.FunctionKind(function=function):
            return function
        case kinds.ClassKind(cls=cls):
            init = project.evaluator.instance_attribute(cls, "__init__")
            return init.function if isinstance(init, kinds.FunctionKind) else None
        case _:
            return None
