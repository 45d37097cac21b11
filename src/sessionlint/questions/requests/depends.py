"""Every ``Depends(...)`` of the project, and what it fills."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Scope, Site
from sessionlint.link.project import Project
from sessionlint.link.question import collected
from sessionlint.model import walk
from sessionlint.model.facts import Assign, Call, Parameter, Subscript, Term
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.injection.dependencies import DEPENDS, OVERRIDES, calls_in_annotations, overrides


@dataclass(frozen=True, slots=True, eq=False)
class Dependency:
    """One ``Depends(provider)``; names in it are looked up in ``scope``.

    ``annotation`` is the type that the parameter (or the ``Annotated`` around the call) is declared with; ``function`` and
    ``parameter`` are those it fills, None for an alias or a list of dependencies.
    """

    call: Call
    scope: Scope
    provider: Term | None
    annotation: Term | None = None
    function: FunctionScope | None = None
    parameter: Parameter | None = None

    @property
    def place(self) -> Place:
        return Place(self.scope.module.path, self.call.span)

    def option(self, name: str) -> Term | None:
        """The value of a keyword such as ``scope`` or ``use_cache``."""
        return walk.argument(self.call, None, name)


@collected
def module_dependencies(project: Project, module: ModuleScope) -> Iterator[Dependency]:
    """Every ``Depends`` and ``Security`` as a default, in ``Annotated`` (aliases included) and in lists, and every override."""
    found: set[Call] = set()
    for function in module.functions:
        for dependency in parameters_filled(project, function):
            found.add(dependency.call)
            yield dependency
    for site in project.calls_of_external("Depends", within=module):
        call = site.term
        if isinstance(call, Call) and call not in found and not _is_out_of_place(site):
            outer = site.path[0] if site.path else None
            yield Dependency(call, site.scope, provider_term(call), annotated_type(outer))
    for call, scope in overrides(module) if project.mentions(module, OVERRIDES) else ():
        yield Dependency(call, scope, provider_term(call))


def parameters_filled(project: Project, function: FunctionScope) -> Iterator[Dependency]:
    """The parameters of a function that FastAPI fills, as far as their own annotation or default says so."""
    outside = function.parent or function.module
    annotated = calls_in_annotations(project, function.module).get(function, ())
    for parameter in function.node.params:
        if isinstance(parameter.default, Call) and is_depends(project, parameter.default, outside):
            call = parameter.default
            yield Dependency(call, outside, provider_term(call), parameter.annotation, function, parameter)
        for annotation, call, path in annotated:
            if annotation is parameter and is_depends(project, call, outside):
                declared = annotated_type(path[0] if path else None)
                yield Dependency(call, outside, provider_term(call), declared, function, parameter)


def is_depends(project: Project, call: Call, scope: Scope) -> bool:
    return project.kind(call.func, scope) == DEPENDS


def _is_out_of_place(site: Site) -> bool:
    """``db = Depends(get_db)`` in the body of a function: FastAPI never sees it."""
    return isinstance(site.statement, Assign) and site.statement.value is site.term and isinstance(site.scope, FunctionScope)


def provider_term(call: Call) -> Term | None:
    """What stands in ``Depends(...)``; None where the annotation is the dependency."""
    return walk.argument(call, 0, "dependency")


def annotated_type(outer: Term | None) -> Term | None:
    """The type of ``Annotated[type, ...]``."""
    return outer.items[0] if isinstance(outer, Subscript) and len(outer.items) > 1 else None
