"""Requests that get more than one session where their authors mean one: two providers of a factory, one provider twice."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations

from sessionlint.link.names.functions import yields
from sessionlint.link.names.scopes import FunctionScope, ModuleScope, ParameterBinding
from sessionlint.link.project import Project
from sessionlint.link.question import by_module, collected, gathered
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Call, Name, Term
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.requests.depends import Dependency
from sessionlint.questions.requests.needs import Need, request_needs
from sessionlint.questions.sessions.openings import openings_of


@dataclass(frozen=True, slots=True, eq=False)
class TwoSessions:
    """``function`` is where a request gets both; ``others`` are more functions that get the same two."""

    function: FunctionScope
    first: Need
    second: Need
    others: tuple[FunctionScope, ...] = ()

    @property
    def place(self) -> Place:
        """The parameter of ``function`` that brings the second session; the ``Depends`` where no parameter does."""
        return _own_place(self.function, self._parting[1])

    @property
    def other_place(self) -> Place:
        """Like ``place``, for the first session."""
        return _own_place(self.function, self._parting[0])

    @property
    def _parting(self) -> tuple[Dependency, Dependency]:
        """Where the two paths part: the dependencies of ``function`` itself."""
        return self.first.path[0], self.second.path[0]


@dataclass(frozen=True, slots=True, eq=False)
class TwiceProvided:
    """``function`` is where a request gets two sessions of one ``provider``."""

    function: FunctionScope
    first: Need
    second: Need
    provider: FunctionScope

    @property
    def place(self) -> Place:
        """The ``Depends`` that brings the second session."""
        return self.second.dependency.place


@by_module
def two_providers(project: Project) -> Iterable[TwoSessions]:
    """Each pair of providers of one factory that some request gets sessions from, at the first function that needs both."""
    return provider_pairs(project)


@collected
def provider_pairs(project: Project) -> Iterator[TwoSessions]:
    """``two_providers``, of the whole project."""
    pairs: dict[tuple[FunctionScope, ...], list[TwoSessions]] = defaultdict(list)
    for function, opening in _requests(project):
        met: set[tuple[FunctionScope, ...]] = set()
        for one, other in combinations(opening, 2):
            if one.provider is None or other.provider is None or one.provider is other.provider:
                continue
            pair = _in_order(one.provider, other.provider)
            if pair not in met and _parts_here(one, other) and _source(project, one) == _source(project, other):
                met.add(pair)
                pairs[pair].append(TwoSessions(function, one, other))
    for found in pairs.values():
        first = found[0]
        yield TwoSessions(first.function, first.first, first.second, tuple(other.function for other in found[1:]))


@by_module
def twice_provided(project: Project) -> Iterator[TwiceProvided]:
    """Each pair of ``Depends`` on one provider that gives one request two sessions: another scope, or no cache."""
    seen: set[tuple[Call, Call]] = set()
    for function, opening in _requests(project):
        for one, other in combinations(opening, 2):
            calls = (one.dependency.call, other.dependency.call)
            if one.provider is None or one.provider is not other.provider or _is_shared(one, other):
                continue
            if _parts_here(one, other) and calls not in seen:
                seen.add(calls)
                yield TwiceProvided(function, one, other, one.provider)


def session_source(project: Project, provider: FunctionScope) -> Place | None:
    """Where the factory (or the engine of the session) is made whose sessions a provider opens, one with each call.

    None for a provider that opens none itself, and where the factory may be another each time.
    """
    if provider.node.is_generator:
        given = project.evaluator.yielded(provider)
        values = [term.value for term in yields(provider) if term.value is not None]
        if any(_is_parameter(provider, value) for value in values):
            return None
    else:
        given = project.evaluator.returned(provider)
        given = given.value if isinstance(given, kinds.Awaitable) else given
        if not openings_of(project).returns_opened(provider):
            return None
    if not isinstance(given, kinds.Session) or given.scoped or given.origin is None:
        return None
    return _unique_source(project, given.origin)


def _unique_source(project: Project, origin: Place) -> Place | None:
    """The place of a factory that is made once; for ``Session(engine)``, that of the engine."""
    site = project.call_at(origin)
    if site is None or not isinstance(site.term, Call):
        return None
    if not isinstance(project.kind(site.term, site.scope), kinds.Session):
        made_by = site.scope if isinstance(site.scope, FunctionScope) else None
        return origin if made_by is None or not made_by.node.params else None
    bind = walk.argument(site.term, 0, "bind")
    engine = project.kind(bind, site.scope) if bind is not None else kinds.UNKNOWN
    if not isinstance(engine, kinds.Engine) or engine.origin is None or engine.origin == origin:
        return None
    return _unique_source(project, engine.origin)


@gathered
def _requests(project: Project, module: ModuleScope) -> Iterator[tuple[FunctionScope, list[Need]]]:
    """Every function that FastAPI calls, with those of its needs that open a session."""
    for function in module.functions:
        opening = [need for need in request_needs(project, function) if _source(project, need) is not None]
        if len(opening) > 1:
            yield function, opening


def _source(project: Project, need: Need) -> Place | None:
    return session_source(project, need.provider) if need.provider is not None else None


def _in_order(one: FunctionScope, other: FunctionScope) -> tuple[FunctionScope, ...]:
    return tuple(sorted((one, other), key=lambda function: (function.module.path, function.node.span.start)))


def _parts_here(one: Need, other: Need) -> bool:
    """Whether the function that needs both brings them by two dependencies of its own."""
    return one.path[0] is not other.path[0]


def _is_shared(one: Need, other: Need) -> bool:
    """Whether FastAPI gives the later of two needs the session of the earlier: it caches by provider and scope.

    What ``use_cache=False`` opens is kept for those who come later and do not say so.
    """
    return other.is_cached and one.is_function_scoped == other.is_function_scoped


def _is_parameter(function: FunctionScope, value: Term) -> bool:
    bindings = function.bindings.get(value.id, []) if isinstance(value, Name) else []
    return any(isinstance(binding, ParameterBinding) for binding in bindings)


def _own_place(function: FunctionScope, dependency: Dependency) -> Place:
    if dependency.parameter is not None and dependency.function is function:
        return function.module.place(dependency.parameter.span)
    return dependency.place
