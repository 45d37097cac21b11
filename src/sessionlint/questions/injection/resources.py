"""Generator functions that a container of dependencies drives, and drives to their end.

dishka resumes what it entered when the scope ends (``send``), and dependency-injector leaves the context manager that it made
of a resource without an error. Neither throws what the user of the object raised into the generator, as FastAPI and
``contextlib`` do; so what stands behind the ``yield`` always runs.
"""

from collections.abc import Iterable, Iterator

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Scope, Site, ValueBinding
from sessionlint.link.project import Project
from sessionlint.link.question import postings
from sessionlint.link.values import kinds
from sessionlint.link.values.evaluate import Evaluator
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Call, Name, Term

_DISHKA_PROVIDERS = frozenset({"dishka.Provider", "dishka.provider.Provider"})
_FIXTURES = frozenset({"pytest.fixture", "pytest.yield_fixture", "pytest_asyncio.fixture"})
_GIVEN_TO = frozenset({"dishka.provide", "dishka.provider.provide", "dependency_injector.providers.Resource"})


@postings
def _resources(project: Project, module: ModuleScope) -> Iterator[tuple[str, FunctionScope]]:
    """The generator functions that are decorated with dishka's ``provide``, or given to it or to a ``Resource``."""
    for function in module.functions:
        if function.node.decorators and function.node.is_generator and project.evaluator.decorators(function) & _GIVEN_TO:
            yield module.path, function
    giving = project.in_order(module.calls_named(("provide",)), project.calls_of_external(*_GIVEN_TO, within=module))
    for function in _given(giving, project.evaluator):
        yield function.module.path, function


def is_fixture(project: Project, scope: Scope) -> bool:
    """Whether ``scope`` is a pytest fixture: pytest runs what stands behind its ``yield``, whatever the test does."""
    return isinstance(scope, FunctionScope) and bool(project.evaluator.decorators(scope) & _FIXTURES)


def is_resumed(project: Project, scope: Scope) -> bool:
    """Whether what stands behind the ``yield`` of ``scope`` runs whatever its user raises: for pytest, or a container."""
    return is_fixture(project, scope) or scope in _resources(project, scope.module.path)


def _given(giving: Iterable[Site], evaluator: Evaluator) -> Iterator[FunctionScope]:
    for site in giving:
        source = _source(site, evaluator)
        kind = evaluator.kind(source, site.scope) if source is not None else kinds.UNKNOWN
        if isinstance(kind, kinds.FunctionKind) and not kind.wrapped and kind.function.node.is_generator:
            yield kind.function


def _source(site: Site, evaluator: Evaluator) -> Term | None:
    """The function that a call hands to a container."""
    call = site.term
    if not isinstance(call, Call) or not call.args:
        return None
    if (
        isinstance(call.func, Attribute)
        and call.func.attr == "provide"
        and _is_dishka_provider(call.func.value, site.scope, evaluator)
    ):
        return walk.argument(call, 0, "source")
    callee = evaluator.kind(call.func, site.scope)
    if isinstance(callee, kinds.External) and callee.name in _GIVEN_TO:
        return walk.argument(call, 0, "source") or walk.argument(call, 0, "provides")
    return None


def _is_dishka_provider(term: Term, scope: Scope, evaluator: Evaluator) -> bool:
    """``Provider(...)``, or a name that is bound to that."""
    if isinstance(term, Call):
        callee = evaluator.kind(term.func, scope)
        return isinstance(callee, kinds.External) and callee.name in _DISHKA_PROVIDERS
    home = evaluator.home(term.id, scope) if isinstance(term, Name) else None
    if home is None or not isinstance(term, Name):
        return False
    values = [binding.value for binding in home.bindings.get(term.id, ()) if isinstance(binding, ValueBinding)]
    return bool(values) and all(isinstance(value, Call) and _is_dishka_provider(value, home, evaluator) for value in values)
