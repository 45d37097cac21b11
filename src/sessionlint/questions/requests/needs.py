"""What FastAPI gathers for one request: the dependencies of a route and, through their own parameters, those behind them."""

from collections.abc import Iterator, Sequence
from itertools import islice

from sessionlint.link.names.functions import return_values
from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Scope
from sessionlint.link.project import Project
from sessionlint.link.question import collected, postings
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Call, Collection, Constant, Parameter, Subscript, Term
from sessionlint.model.records import dataclass
from sessionlint.questions.references.definitions import written_for
from sessionlint.questions.requests.depends import Dependency, annotated_type, is_depends, parameters_filled, provider_term

# far beyond what is written: paths multiply where dependencies or routers are shared
_LONGEST, _MOST, _ROUTER_DEPTH = 20, 200, 8
_ROUTERS = tuple(
    kinds.External(f"fastapi.{name}") for name in ("FastAPI", "APIRouter", "applications.FastAPI", "routing.APIRouter")
)


@dataclass(frozen=True, slots=True, eq=False)
class Need:
    """One dependency of a request. ``path`` leads to it: the dependency that the route names first, this one last.

    ``provider`` is the function that FastAPI calls: the one named, the ``__init__`` or ``__call__`` of a class; None: unknown.
    """

    path: tuple[Dependency, ...]
    provider: FunctionScope | None

    @property
    def dependency(self) -> Dependency:
        return self.path[-1]

    @property
    def is_function_scoped(self) -> bool:
        """``scope="function"``: FastAPI leaves the provider before it sends the response."""
        scope = self.dependency.option("scope")
        return isinstance(scope, Constant) and scope.value == "function"

    @property
    def is_cached(self) -> bool:
        """Whether other needs of the request share what this one got."""
        cached = self.dependency.option("use_cache")
        return not (isinstance(cached, Constant) and cached.value is False)


def needs(project: Project, function: FunctionScope) -> Sequence[Dependency]:
    """The dependencies that a function's parameters declare, also by another name: ``Db = Annotated[Session, Depends(get_db)]``,
    ``database = Depends(get_db)``, or a function that returns the ``Depends``."""
    params = function.node.params
    return _declared(project, function) if any(one.annotation is not None or one.default is not None for one in params) else ()


@collected
def _declared(project: Project, function: FunctionScope) -> Iterator[Dependency]:
    filled = {dependency.parameter: dependency for dependency in parameters_filled(project, function)}
    for parameter in function.node.params:
        dependency = filled.get(parameter) or _named(project, function, parameter)
        if dependency is not None:
            yield dependency


def request_needs(project: Project, function: FunctionScope) -> Iterator[Need]:
    """Everything that FastAPI gathers before it calls a route or a dependency, in its order, each need under every path to it,
    as far as anybody would write them."""
    for dependency in (*_of_routers(project, function), *needs(project, function)):
        yield from islice(_below(project, dependency), _MOST)


def provider_function(project: Project, dependency: Dependency) -> FunctionScope | None:
    """The function of the project that FastAPI calls for a dependency, if no unknown decorator changes it."""
    term = dependency.provider if dependency.provider is not None else dependency.annotation
    kind = project.kind(term, dependency.scope) if term is not None else kinds.UNKNOWN
    if isinstance(kind, kinds.ClassKind):
        kind = project.evaluator.instance_attribute(kind.cls, "__init__")
    elif isinstance(kind, kinds.Instance):
        kind = project.evaluator.instance_attribute(kind.cls, "__call__")
    return kind.function if isinstance(kind, kinds.FunctionKind) and not kind.wrapped else None


def _below(project: Project, first: Dependency) -> Iterator[Need]:
    waiting: list[tuple[tuple[Dependency, ...], frozenset[FunctionScope]]] = [((first,), frozenset())]
    while waiting:
        path, above = waiting.pop()
        provider = provider_function(project, path[-1])
        yield Need(path, provider)
        if provider is not None and provider not in above and len(path) < _LONGEST:
            behind = needs(project, provider)
            waiting += [((*path, dependency), above | {provider}) for dependency in reversed(behind)]


def _named(project: Project, function: FunctionScope, parameter: Parameter) -> Dependency | None:
    outside = function.parent or function.module
    for given in (parameter.default, parameter.annotation):
        written, scope = (given and written_for(project, given, outside)) or (None, outside)
        in_annotation = given is parameter.annotation and isinstance(written, Subscript)
        for term, path in walk.descend(written) if written is not None else ():
            found = _depends(project, term, scope) if in_annotation or not path else None
            if found is not None:
                declared = annotated_type(path[0]) if path else parameter.annotation
                return Dependency(found[0], found[1], provider_term(found[0]), declared, function, parameter)
    return None


def _depends(project: Project, term: Term, scope: Scope) -> tuple[Call, Scope] | None:
    """The ``Depends(...)`` that ``term`` is, or that the function of the project that it calls returns."""
    called: set[FunctionScope] = set()
    while isinstance(term, Call) and not is_depends(project, term, scope):
        callee = project.kind(term.func, scope) if isinstance(project.kind(term, scope), kinds.Dependency) else None
        if not isinstance(callee, kinds.FunctionKind) or callee.function in called:
            return None
        called.add(callee.function)
        scope, values = callee.function, return_values(callee.function)
        if len(values) != 1:
            return None
        term = values[0]
    return (term, scope) if isinstance(term, Call) else None


# --- routers ----------------------------------------------------------------------------------------------------------


def _of_routers(project: Project, function: FunctionScope) -> Iterator[Dependency]:
    """``dependencies=[...]`` of the applications and routers around a route, and of its decorator, in FastAPI's order."""
    outside: Scope = function.parent or function.module
    for decorator in function.node.decorators:
        if isinstance(decorator, Call) and isinstance(decorator.func, Attribute):
            routers = _including(project, decorator.func.value, outside, frozenset())
            around = [*reversed(routers), (decorator, outside)] if routers else []
            for call, scope in around:
                yield from _listed(project, call, scope, function)


def _including(project: Project, router: Term, scope: Scope, seen: frozenset[Term]) -> list[tuple[Call, Scope]]:
    """The calls that make a router, include it in another, and make that one."""
    made = written_for(project, router, scope)
    call, home = made if made is not None else (router, scope)
    if not isinstance(call, Call) or call in seen or len(seen) == _ROUTER_DEPTH or project.kind(call.func, home) not in _ROUTERS:
        return []
    found: list[tuple[Call, Scope]] = [(call, home)]
    for including, included, inner in _inclusions(project, home.module.path):
        if included is call and isinstance(including.func, Attribute):
            found.append((including, inner))
            found += _including(project, including.func.value, inner, seen | {call})
    return found


@postings
def _inclusions(project: Project, module: ModuleScope) -> Iterator[tuple[str, tuple[Call, Term, Scope]]]:
    """Every ``app.include_router(router)``: the call, the call that makes its router, and where it stands."""
    for site in module.calls_named(("include_router",)):
        call = site.term
        if isinstance(call, Call) and isinstance(call.func, Attribute):
            router = walk.argument(call, 0, "router")
            made = written_for(project, router, site.scope) if router is not None else None
            if made is not None:
                yield made[1].module.path, (call, made[0], site.scope)


def _listed(project: Project, call: Call, scope: Scope, function: FunctionScope) -> Iterator[Dependency]:
    given = walk.argument(call, None, "dependencies")
    dependencies, home = (given and written_for(project, given, scope)) or (None, scope)
    for item in dependencies.items if isinstance(dependencies, Collection) else ():
        written, inner = written_for(project, item, home) or (item, home)
        if (found := _depends(project, written, inner)) is not None:
            yield Dependency(found[0], found[1], provider_term(found[0]), function=function)
