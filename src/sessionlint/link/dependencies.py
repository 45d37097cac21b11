"""Functions that FastAPI calls: what stands in ``Depends(...)``."""

from collections.abc import Iterable, Iterator

from sessionlint.link import kinds, walk
from sessionlint.link.evaluate import Evaluator
from sessionlint.link.scopes import FunctionScope, ModuleScope, Scope
from sessionlint.model.facts import Call, Term


def dependency_functions(modules: Iterable[ModuleScope], evaluator: Evaluator) -> frozenset[FunctionScope]:
    """The project's functions that are a dependency somewhere, as a default, in ``Annotated`` or in a list."""
    found = set()
    for module in modules:
        for call, scope in _depends_calls(module, evaluator):
            provider = walk.argument(call, 0, "dependency")
            kind = evaluator.kind(provider, scope) if provider is not None else kinds.UNKNOWN
            if isinstance(kind, kinds.FunctionKind):
                found.add(kind.function)
    return frozenset(found)


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
