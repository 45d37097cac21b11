"""WebSocket endpoints that wait for their client while the session of the request holds a connection."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Site
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Call, For, Name, Parameter, While
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.requests.needs import Need, request_needs
from sessionlint.questions.requests.routes import injected_sessions
from sessionlint.questions.sessions.block_uses import Act, Event, events
from sessionlint.questions.sessions.holding import parameter_for

_RECEIVING = frozenset({"receive", "receive_text", "receive_json", "receive_bytes", "iter_text", "iter_json", "iter_bytes"})
_WAITING = frozenset({"asyncio.sleep", "anyio.sleep"})
_HOLDING = frozenset({Act.SQL, Act.FLUSH})
_RELEASING = frozenset({Act.COMMIT, Act.ROLLBACK, Act.CLOSE})
_UNTOLD = frozenset({Act.PASSED, Act.SHARED, Act.RETURNED})
_DEPTH = 3


@dataclass(frozen=True, slots=True, eq=False)
class HeldByClient:
    """``function`` waits at ``wait`` while ``name`` holds the connection that it took at ``sql``.

    ``parameter`` brings the session, itself or by a dependency that uses it (``through``).
    """

    function: FunctionScope
    parameter: Parameter
    name: str
    sql: Place
    wait: Place
    through: str | None = None


def sessions_held_by_clients(project: Project, module: ModuleScope) -> Iterator[HeldByClient]:
    """Every endpoint with a ``WebSocket`` that waits for its client while a session that FastAPI gave it holds a connection."""
    for function in module.functions:
        waits = list(_waits(project, function, _DEPTH))
        if not waits:
            continue
        own = [injected.parameter for injected in injected_sessions(project, function)]
        held = [(parameter, found) for parameter in own if (found := _held(project, function, parameter.name, waits)) is not None]
        for parameter, (sql, wait) in held:
            yield HeldByClient(function, parameter, parameter.name, sql, wait)
        if not held and not any(_touched_before(project, function, parameter.name, waits[0]) for parameter in own):
            yield from _held_by_dependencies(project, function, waits[0])


def _held_by_dependencies(project: Project, function: FunctionScope, wait: Site) -> Iterator[HeldByClient]:
    """``user = Depends(current_user)``: the dependency's session is kept as long as the endpoint's would be."""
    for need in request_needs(project, function):
        parameter = need.path[0].parameter
        sql = _left_holding(project, need) if need.provider is not None and parameter is not None else None
        if sql is not None and parameter is not None and need.provider is not None:
            name = next(injected_sessions(project, need.provider)).parameter.name
            yield HeldByClient(function, parameter, name, sql, wait.place, need.provider.node.name)
            return


def _left_holding(project: Project, need: Need) -> Place | None:
    """Where a dependency runs SQL with a session of the request, without giving the connection back before it returns."""
    provider = need.provider
    if provider is None or provider.node.is_generator:
        return None
    for injected in injected_sessions(project, provider):
        sql = _last_holding(project, list(events(project, provider, injected.parameter.name)), _DEPTH)
        if sql is not None:
            return sql.place
    return None


# --- in the endpoint --------------------------------------------------------------------------------------------------


def _held(project: Project, function: FunctionScope, name: str, waits: list[Site]) -> tuple[Place, Place] | None:
    """(where SQL took the connection, where the function waits with it), if some wait surely comes with it held."""
    found = list(events(project, function, name))
    for wait in waits:
        start = wait.statement.span.start
        before = [event for event in found if event.site.statement.span.start < start]
        around = [loop for loop in walk.statements(function.body) if isinstance(loop, For | While) and _runs_again(loop, wait)]
        rounds = [event for event in found if any(loop.span.contains(event.site.statement.span) for loop in around)]
        for course in (before, rounds):
            if (sql := _last_holding(project, course, _DEPTH)) is not None:
                return sql.place, wait.place
    return None


def _touched_before(project: Project, function: FunctionScope, name: str, wait: Site) -> bool:
    """Whether the endpoint does anything with its session before it waits: then ``_held`` has judged it."""
    start = wait.statement.span.start
    return any(event.site.statement.span.start < start for event in events(project, function, name))


def _runs_again(loop: For | While, wait: Site) -> bool:
    return loop.span.contains(wait.statement.span)


def _last_holding(project: Project, course: list[Event], depth: int) -> Event | None:
    """The SQL that a course of events ends with; None when the connection is, or may be, given back behind it."""
    for event in reversed(course):
        holds = _holds(project, event, depth)
        if holds is not None:
            return event if holds else None
    return None


def _holds(project: Project, event: Event, depth: int) -> bool | None:
    """Whether the session holds its connection behind an event; None when the event changes nothing; unknown counts as no."""
    if event.act in _HOLDING:
        return True
    if event.act is Act.PASSED and depth and isinstance(call := event.site.path[0], Call):
        callee = project.kind(call.func, event.site.scope)
        name = parameter_for(callee.function, call, event.site.term) if isinstance(callee, kinds.FunctionKind) else None
        if isinstance(callee, kinds.FunctionKind) and name is not None:
            course = list(events(project, callee.function, name))
            effects = [holds for inner in reversed(course) if (holds := _holds(project, inner, depth - 1)) is not None]
            return effects[0] if effects else None
    return False if event.act in _RELEASING | _UNTOLD else None


# --- waiting ----------------------------------------------------------------------------------------------------------


def _waits(project: Project, function: FunctionScope, depth: int) -> Iterator[Site]:
    """Where a function waits for the client of one of its ``WebSocket`` parameters, or sleeps beside one."""
    sockets = {parameter.name for parameter in function.node.params if _is_socket(project, parameter, function)}
    if sockets:
        yield from _waiting_on(project, function, frozenset(sockets), depth)


def _waiting_on(project: Project, function: FunctionScope, sockets: frozenset[str], depth: int) -> Iterator[Site]:
    for site in project.calls_in(function):
        call = site.term
        if not isinstance(call, Call) or site.in_lambda:
            continue
        if isinstance(call.func, Attribute) and call.func.attr in _RECEIVING and walk.dotted(call.func.value) in sockets:
            yield site
            continue
        callee = project.kind(call.func, function)
        if isinstance(callee, kinds.External) and callee.name in _WAITING:
            yield site
        elif isinstance(callee, kinds.FunctionKind) and depth and callee.function is not function:
            given = (arg.term for arg in call.args if isinstance(arg.term, Name) and arg.term.id in sockets)
            inner = {parameter_for(callee.function, call, term) for term in given} - {None}
            names = frozenset(name for name in inner if name is not None)
            if names and next(_waiting_on(project, callee.function, names, depth - 1), None) is not None:
                yield site


def _is_socket(project: Project, parameter: Parameter, function: FunctionScope) -> bool:
    if not isinstance(parameter.annotation, Name | Attribute):  # the class has no parameters
        return False
    declared = project.kind(parameter.annotation, function.parent or function.module)
    if not isinstance(declared, kinds.External):
        return False
    return declared.name.rpartition(".")[2] == "WebSocket" and declared.name.partition(".")[0] in ("fastapi", "starlette")
