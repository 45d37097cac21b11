"""Functions that FastAPI calls: what stands in ``Depends(...)`` and in ``app.dependency_overrides``."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Scope
from sessionlint.link.project import Project
from sessionlint.link.question import collected, postings, question
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import (
    Argument,
    Assign,
    Attribute,
    Call,
    Constant,
    Evaluate,
    Name,
    Parameter,
    Statement,
    Subscript,
    Term,
)
from sessionlint.model.facts import Mapping as MappingTerm
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place

DEPENDS = kinds.External("Depends")
InAnnotation: TypeAlias = tuple[Parameter, Call, walk.Path]
OVERRIDES = "dependency_overrides"  # in the text of each module that overrides a provider


@dataclass(frozen=True, slots=True)
class DependencyUse:
    """One ``Depends(...)`` in ``scope`` and the function, or the lambda, that it names. ``wrapped`` as in ``FunctionKind``."""

    call: Call
    scope: Scope
    provider: FunctionScope | kinds.LambdaKind
    wrapped: str = ""

    @property
    def place(self) -> Place:
        return self.scope.module.place(self.call.span)

    @property
    def is_function_scoped(self) -> bool:
        """``Depends(..., scope="function")``: FastAPI leaves the provider before it sends the response."""
        scope = walk.argument(self.call, None, "scope")
        return isinstance(scope, Constant) and scope.value == "function"


def is_dependency(project: Project, function: FunctionScope) -> bool:
    """Whether FastAPI calls the function to fill a parameter: as a default, in ``Annotated`` or in a list."""
    return function in _dependencies_of(project, function.module)


@question(frozenset[FunctionScope | kinds.LambdaKind]())
def _dependencies_of(project: Project, module: ModuleScope) -> frozenset[FunctionScope | kinds.LambdaKind]:
    return frozenset(use.provider for use in uses_of_module(project, module))


def uses_of(project: Project, provider: FunctionScope) -> Sequence[DependencyUse]:
    """Every ``Depends(...)`` that names the function as it stands."""
    named = uses_of_module(project, provider.module)
    return [use for use in named if use.provider is provider and not use.wrapped]


def uses_of_module(project: Project, module: ModuleScope) -> Sequence[DependencyUse]:
    """Every ``Depends(...)``, wherever it stands, that names a function or a lambda of the module."""
    return _uses_by_home(project, module.path)


@postings
def _uses_by_home(project: Project, module: ModuleScope) -> Iterator[tuple[str, DependencyUse]]:
    for use in dependency_uses(project, module):
        home = use.provider.scope if isinstance(use.provider, kinds.LambdaKind) else use.provider
        yield home.module.path, use


@collected
def dependency_uses(project: Project, module: ModuleScope) -> Iterator[DependencyUse]:
    """Every ``Depends(...)`` of a module that names a function of the project: a default, in ``Annotated``, in a list; overrides,
    too."""
    overridden = overrides(module) if project.mentions(module, OVERRIDES) else ()
    called = (
        (site.term, site.scope) for site in project.calls_of_external("Depends", within=module) if isinstance(site.term, Call)
    )
    for call, scope in (*called, *_annotated(project, module), *overridden):
        provider = walk.argument(call, 0, "dependency")
        kind = project.kind(provider, scope) if provider is not None else kinds.UNKNOWN
        if isinstance(kind, kinds.FunctionKind):
            yield DependencyUse(call, scope, kind.function, kind.wrapped)
        elif isinstance(kind, kinds.LambdaKind):
            yield DependencyUse(call, scope, kind)


def overrides(module: ModuleScope) -> Iterator[tuple[Call, Scope]]:
    """What ``app.dependency_overrides`` gets instead of a provider, each as the ``Depends(...)`` that it amounts to."""
    for scope in module.scopes:
        for statement in walk.statements(scope.body):
            for term in _overriding(statement):
                depends = Name(term.start, "Depends")
                yield Call(*term.span, depends, (term,)), scope


def _overriding(statement: Statement) -> Iterator[Term]:
    match statement:
        case Assign(targets=(Subscript(value=Attribute(attr="dependency_overrides")),), value=value) if value is not None:
            yield value
        case Assign(targets=(Attribute(attr="dependency_overrides"),), value=MappingTerm(items=items)):
            yield from (value for key, value in items if key is not None)
        case Evaluate(
            value=Call(
                func=Attribute(value=Attribute(attr="dependency_overrides"), attr="update"),
                args=(MappingTerm(items=items) | Argument(term=MappingTerm(items=items)),),
            )
        ):
            yield from (value for key, value in items if key is not None)


def _annotated(project: Project, module: ModuleScope) -> Iterator[tuple[Call, Scope]]:
    """The ``Depends(...)`` in the annotations of parameters."""
    for function, calls in calls_in_annotations(project, module).items():
        for _, call, _ in calls:
            if project.kind(call.func, function) == DEPENDS:
                yield call, function


@question(dict[FunctionScope, list[InAnnotation]]())
def calls_in_annotations(project: Project, module: ModuleScope) -> Mapping[FunctionScope, Sequence[InAnnotation]]:
    """The calls in the annotations of parameters, each with what stands around it there, by function; most have none."""
    found: dict[FunctionScope, list[InAnnotation]] = defaultdict(list)
    for function in module.functions:
        for parameter in function.node.params:
            inside = walk.composed(parameter.annotation) if parameter.annotation is not None else ()
            for term, path in inside:
                if isinstance(term, Call):
                    found[function].append((parameter, term, path))
    return dict(found)
