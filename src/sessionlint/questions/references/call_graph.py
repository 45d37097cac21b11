"""Which calls of the project run which of its functions."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from sessionlint.link.names.import_time import calls_at_import
from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Scope, Site
from sessionlint.link.project import Project
from sessionlint.link.question import postings, question
from sessionlint.link.values import kinds
from sessionlint.model.facts import Call
from sessionlint.model.role import Role


def calls_to(project: Project, function: FunctionScope) -> Sequence[Site]:
    """The calls of a function of the project, in their order; a class's are those of its ``__init__``."""
    return _calls_by_function(project, function.module).get(function, ())


def functions_called(project: Project, function: FunctionScope) -> Sequence[FunctionScope]:
    """The functions of the project that the calls in a function's own body run, each once."""
    return _functions_by_caller(project, function.module).get(function, ())


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


@question(dict[FunctionScope, list[Site]]())
def _calls_by_function(project: Project, module: ModuleScope) -> Mapping[FunctionScope, Sequence[Site]]:
    """The calls of the functions of a module."""
    found: dict[FunctionScope, list[Site]] = defaultdict(list)
    for function, site in _calls_into(project, module.path):
        found[function].append(site)
    return dict(found)


@question(dict[Scope, tuple[FunctionScope, ...]]())
def _functions_by_caller(project: Project, module: ModuleScope) -> Mapping[Scope, tuple[FunctionScope, ...]]:
    found: dict[Scope, dict[FunctionScope, None]] = defaultdict(dict)
    for _, (function, site) in _calls_into.within(project, module):
        found[site.scope][function] = None
    return {scope: tuple(functions) for scope, functions in found.items()}


@postings
def _calls_into(project: Project, module: ModuleScope) -> Iterator[tuple[str, tuple[FunctionScope, Site]]]:
    """The calls in a module that run a function of the project."""
    for site in project.calls_of(kinds.FunctionKind, kinds.ClassKind, within=module):
        function = called_function(project, site.term, site) if isinstance(site.term, Call) else None
        if function is not None:
            yield function.module.path, (function, site)


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
