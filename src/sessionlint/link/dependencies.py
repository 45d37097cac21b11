"""Functions that FastAPI calls: what stands in ``Depends(...)`` and in ``app.dependency_overrides``."""

from collections.abc import Iterable, Iterator

from sessionlint.link import kinds, walk
from sessionlint.link.evaluate import Evaluator
from sessionlint.link.scopes import FunctionScope, ModuleScope, Scope
from sessionlint.model.facts import (
    Argument,
    Assign,
    Attribute,
    Call,
    Constant,
    Evaluate,
    Mapping,
    Name,
    Statement,
    Subscript,
    Term,
)
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place


@dataclass(frozen=True, slots=True, eq=False)
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


def dependency_uses(modules: Iterable[ModuleScope], evaluator: Evaluator) -> Iterator[DependencyUse]:
    """Every ``Depends(...)`` that names a function of the project: a default, in ``Annotated``, in a list; overrides, too."""
    for module in modules:
        for call, scope in (*_depends_calls(module, evaluator), *overrides(module)):
            provider = walk.argument(call, 0, "dependency")
            kind = evaluator.kind(provider, scope) if provider is not None else kinds.UNKNOWN
            if isinstance(kind, kinds.FunctionKind):
                yield DependencyUse(call, scope, kind.function, kind.wrapped)
            elif isinstance(kind, kinds.LambdaKind):
                yield DependencyUse(call, scope, kind)


def overrides(module: ModuleScope) -> Iterator[tuple[Call, Scope]]:
    """What ``app.dependency_overrides`` gets instead of a provider, each as the ``Depends(...)`` that it amounts to."""
    for scope in module.scopes:
        for statement in walk.statements(scope.body):
            for term in _overriding(statement):
                depends = Name(term.span, "Depends")
                yield Call(term.span, depends, (Argument(term.span, term),)), scope


def _overriding(statement: Statement) -> Iterator[Term]:
    match statement:
        case Assign(targets=(Subscript(value=Attribute(attr="dependency_overrides")),), value=value) if value is not None:
            yield value
        case Assign(targets=(Attribute(attr="dependency_overrides"),), value=Mapping(items=items)):
            yield from (value for key, value in items if key is not None)
        case Evaluate(
            value=Call(
                func=Attribute(value=Attribute(attr="dependency_overrides"), attr="update"),
                args=(Argument(value=Mapping(items=items)),),
            )
        ):
            yield from (value for key, value in items if key is not None)


def _depends_calls(module: ModuleScope, evaluator: Evaluator) -> Iterator[tuple[Call, Scope]]:
    for call, scope in _calls(module):
        if evaluator.kind(call.func, scope) == kinds.External("Depends"):
            yield call, scope


def _calls(module: ModuleScope) -> Iterator[tuple[Call, Scope]]:
    for site in module.calls:
        if isinstance(site.term, Call):
            yield site.term, site.scope
    for function in module.functions:
        for parameter in function.node.params:
            if parameter.annotation is not None:
                yield from ((call, function) for call in _calls_in(parameter.annotation))


def _calls_in(annotation: Term) -> Iterator[Call]:
    return (term for term, _ in walk.descend(annotation) if isinstance(term, Call))
