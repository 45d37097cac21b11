"""Sync sessions on the event loop: coroutine functions that receive or open one, and the SQL that they run with it."""

from collections.abc import Iterator

from sessionlint.link.names.functions import yields
from sessionlint.link.names.scopes import EnteredBinding, FunctionScope, ModuleScope, ParameterBinding, Site, ValueBinding
from sessionlint.link.names.sites import sites
from sessionlint.link.project import Project
from sessionlint.link.question import collected, postings, remembered
from sessionlint.link.values import kinds
from sessionlint.link.values.evaluate import TRANSPARENT
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Await, Call, Name, Subscript
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.requests.routes import injected_sessions
from sessionlint.questions.sessions.given_sessions import async_in_truth
from sessionlint.questions.sessions.holding import parameter_for

# methods of a session that talk to the database; close and rollback are short, and FastAPI's documentation does the former
_SQL = frozenset(
    {
        *("execute", "exec", "query", "scalar", "scalars", "get", "get_one", "commit", "flush", "refresh", "merge"),
        *("bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings"),
    }
)
_TOUCHING = frozenset({"add", "add_all", "delete", "begin", "begin_nested"})
_DEPTH = 4


@dataclass(frozen=True, slots=True, eq=False)
class BlockingSession:
    """``place`` is the parameter, or what gives the session: a call, ``self.db``. ``sql`` is a place where SQL is run, if one was
    found."""

    function: FunctionScope
    name: str
    place: Place
    session: kinds.Session
    sql: Place | None


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """By which a function runs SQL with a session: at ``place``, itself or through something plain, or in the coroutine function
    ``receiver``, which gets it as ``parameter``."""

    place: Place
    receiver: FunctionScope | None = None
    parameter: str = ""


@collected
def blocking_sessions(project: Project, module: ModuleScope) -> Iterator[BlockingSession]:
    """Every sync session that a coroutine function of a module holds and uses."""
    search = _SqlSearch(project)
    for function in module.functions:
        if not function.node.is_async or function in _run_alone(project, module.path) or _is_start_up(project, function):
            continue
        for name, place, session in _held(project, function):
            if (
                _is_awaited(function, name)
                or name in async_in_truth(project, function)
                or _is_given_async(project, function, name)
            ):
                continue  # an async session under a wrong annotation
            sql = search.of_name(function, name)
            if sql is not None and _only_commits_as_provider(project, function, name):
                sql = None
                yield BlockingSession(function, name, place, session, None)
            elif sql is not None or (_is_vouched_for(project, function, name, session) and _touches(function, name)):
                yield BlockingSession(function, name, place, session, sql)


def _held(project: Project, function: FunctionScope) -> Iterator[tuple[str, Place, kinds.Session]]:
    for name, bindings in function.bindings.items():
        if name in function.declared:
            continue
        kind = project.evaluator.name_kind(name, function)
        if not isinstance(kind, kinds.Session) or kind.is_async:
            continue
        places = [found for binding in bindings if (found := _place(binding, function)) is not None]
        place = next(iter(places), None) or next(filter(None, (_source(binding, function) for binding in bindings)), None)
        if place is not None:
            yield name, place, kind


def _place(binding: object, function: FunctionScope) -> Place | None:
    match binding:
        case ParameterBinding(parameter=parameter):
            return function.module.place(parameter.span)
        case EnteredBinding(value=Call() as value) | ValueBinding(value=Call() as value):
            return function.module.place(value.span)
        case _:
            return None


def _source(binding: object, function: FunctionScope) -> Place | None:
    """``db = request.state.db``, ``db = self.db``: where a session is taken that somebody else has opened."""
    match binding:
        case ValueBinding(value=Attribute() | Subscript() as value):
            return function.module.place(value.span)
        case _:
            return None


@postings
def _run_alone(project: Project, module: ModuleScope) -> Iterator[tuple[str, FunctionScope]]:
    """Functions given to ``asyncio.run``: the loop is theirs, and nobody else waits for it."""
    runners = project.calls_of_external("asyncio.run", "anyio.run", within=module)
    for site in (*runners, *module.calls_named(("run_until_complete",))):
        call = site.term
        if not isinstance(call, Call) or not call.args:
            continue
        first = call.args[0].term
        kind = project.kind(first.func if isinstance(first, Call) else first, site.scope)
        if isinstance(kind, kinds.FunctionKind):
            yield kind.function.module.path, kind.function


def _is_start_up(project: Project, function: FunctionScope) -> bool:
    """A lifespan or an ``on_event`` handler: nobody is served yet, or any more."""
    decorators = [term.func if isinstance(term, Call) else term for term in function.node.decorators]
    if any(isinstance(term, Attribute) and term.attr == "on_event" for term in decorators):
        return True
    if "contextlib.asynccontextmanager" not in project.evaluator.decorators(function):
        return False
    return not isinstance(project.evaluator.yielded(function), kinds.Session)


def _only_commits_as_provider(project: Project, function: FunctionScope, name: str) -> bool:
    if not yields(function) or not isinstance(project.evaluator.yielded(function), kinds.Session):
        return False
    return {call.func.attr for call in method_calls(function, name)} & _SQL <= {"commit", "flush"}


def _is_vouched_for(project: Project, function: FunctionScope, name: str, session: kinds.Session) -> bool:
    """Whether a factory or a provider says that the session is sync, and not an annotation alone."""
    return session.is_certain or any(each.parameter.name == name for each in injected_sessions(project, function))


def _is_awaited(function: FunctionScope, name: str) -> bool:
    return any(isinstance(outer, Await) for call in method_calls(function, name) for outer in call.site.path[:1])


def _is_given_async(project: Project, function: FunctionScope, name: str) -> bool:
    return any(each.parameter.name == name and each.session.is_async for each in injected_sessions(project, function))


def _touches(function: FunctionScope, name: str) -> bool:
    return any(call.func.attr in _TOUCHING for call in method_calls(function, name))


@dataclass(frozen=True, slots=True, eq=False)
class MethodCall:
    func: Attribute
    site: Site


def method_calls(function: FunctionScope, name: str) -> Iterator[MethodCall]:
    """``name.method(...)`` in the function's own body, what lambdas do left out."""
    for site in sites(function):
        term = site.term
        if isinstance(term, Call) and isinstance(term.func, Attribute) and not site.in_lambda:
            value = term.func.value
            if isinstance(value, Name) and value.id == name:
                yield MethodCall(term.func, site)


def ways_to_sql(project: Project, function: FunctionScope, name: str) -> Iterator[Way]:
    """All of them: a function has one problem for each that is its own."""
    return _SqlSearch(project).ways(function, name, 0)


class _SqlSearch:
    """Finds the place where SQL is run with a session, through the project's functions that the session is handed to.

    What is too deep from one place is not from another, so answers hold for a depth.
    """

    def __init__(self, project: Project) -> None:
        self._project = project

    def of_name(self, function: FunctionScope, name: str, depth: int = 0) -> Place | None:
        return remembered(self._project, ("SQL with", function, name, depth), None, self._search, function, name, depth)

    def _search(self, function: FunctionScope, name: str, depth: int) -> Place | None:
        return next((way.place for way in self.ways(function, name, depth)), None)

    def ways(self, function: FunctionScope, name: str, depth: int) -> Iterator[Way]:
        """How ``function`` runs SQL with the session ``name``, what it does itself first."""
        for call in method_calls(function, name):
            if call.func.attr in _SQL:
                yield Way(call.site.place)
        if depth < _DEPTH:
            yield from self._ways_through_others(function, name, depth)

    def _ways_through_others(self, function: FunctionScope, name: str, depth: int) -> Iterator[Way]:
        keepers: list[kinds.ClassKind] = []
        for site in sites(function):
            call = site.term
            if not isinstance(call, Call) or site.in_lambda:
                continue
            kind = self._project.kind(call.func, function)
            given = next((arg.term for arg in call.args if isinstance(arg.term, Name) and arg.term.id == name), None)
            if isinstance(kind, kinds.ClassKind) and given is not None:
                keepers.append(kind)
            elif isinstance(kind, kinds.FunctionKind) and self._runs_here(kind.function):
                parameter = parameter_for(kind.function, call, given) if given is not None else None
                if parameter is not None and self.of_name(kind.function, parameter, depth + 1) is not None:
                    yield Way(site.place, kind.function, parameter) if kind.function.node.is_async else Way(site.place)
                elif self._belongs(kind.function, keepers) and self.of_method(kind.function, depth + 1) is not None:
                    yield Way(site.place)

    def _runs_here(self, function: FunctionScope) -> bool:
        """Whether calling it runs its body at once (a coroutine is awaited sooner or later), with no decorator between."""
        return not function.node.is_generator and self._project.evaluator.decorators(function) <= TRANSPARENT

    def _belongs(self, function: FunctionScope, keepers: list[kinds.ClassKind]) -> bool:
        return any(function.owner in self._project.evaluator.ancestors(keeper.cls) for keeper in keepers)

    def of_method(self, method: FunctionScope, depth: int) -> Place | None:
        """Where a method runs SQL with a sync session that its object keeps."""
        return remembered(self._project, ("SQL in", method, depth), None, self._search_method, method, depth)

    def _search_method(self, method: FunctionScope, depth: int) -> Place | None:
        for site in sites(method):
            call = site.term
            if not isinstance(call, Call) or not isinstance(call.func, Attribute) or site.in_lambda:
                continue
            held = self._project.kind(call.func.value, method) if call.func.attr in _SQL else kinds.UNKNOWN
            if isinstance(held, kinds.Session) and not held.is_async:
                return site.place
            kind = self._project.kind(call.func, method)
            if depth == _DEPTH or not isinstance(kind, kinds.FunctionKind) or walk.dotted(call.func.value) != "self":
                continue
            if self._runs_here(kind.function) and self.of_method(kind.function, depth + 1) is not None:
                return site.place
        return None
