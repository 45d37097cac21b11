"""Calls that wait for somebody else while a session holds its transaction."""

from collections.abc import Iterator, Sequence

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Scope, Site
from sessionlint.link.project import Project
from sessionlint.link.question import remembered
from sessionlint.model import walk
from sessionlint.model.facts import Block, If, Jump, Raise, Return, Statement, Term
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place, Span
from sessionlint.questions.requests.needs import request_needs
from sessionlint.questions.requests.routes import injected_sessions, is_route
from sessionlint.questions.running.waits import Wait, called_wait, waits_of
from sessionlint.questions.sessions.block_uses import Act, Event, events
from sessionlint.questions.sessions.handed import Handed, events_around, handed
from sessionlint.questions.sessions.open_transactions import (
    OPEN,
    Standing,
    asks,
    sessions_in,
    standing_behind,
    standings_at,
    standings_in_rounds,
)
from sessionlint.questions.sessions.registries import is_registry, is_used_by_nobody_else
from sessionlint.questions.sessions.rounds import loops_around

_DEPTH = 3


@dataclass(frozen=True, slots=True, eq=False)
class HeldWait:
    """``wait`` stands where the session ``name`` holds the transaction that ``since`` has begun; ``others`` wait there, too."""

    name: str
    wait: Wait
    since: Place
    others: tuple[Wait, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class PinnedWait:
    """A route waits while the request's session keeps the connection that the dependency ``user`` has used."""

    wait: Wait
    user: FunctionScope


def held_waits(project: Project, module: ModuleScope) -> Iterator[HeldWait]:
    """Each session of each body once, with the first wait."""
    told: set[Site] = set()
    for scope, names in sessions_in(project, module).items():
        waits = _waits_beside(project, scope)
        for name in sorted(names) if waits else ():
            found = _held_wait(project, scope, name, waits)
            if found is not None and found.wait.site not in told:
                told |= {found.wait.site, *(other.site for other in found.others)}
                yield found


def pinned_waits(project: Project, module: ModuleScope) -> Iterator[PinnedWait]:
    """Each route once that waits while a dependency's use of the session keeps its connection."""
    for function in module.functions:
        if is_route(project, function) and (waits := _waits_beside(project, function)) and not _uses_its_own(project, function):
            user = next(_pinning(project, function), None)
            if user is not None:
                yield PinnedWait(waits[0], user)


def _uses_its_own(project: Project, function: FunctionScope) -> bool:
    """Whether the route has the session, too: it may end the transaction, or hold it by itself."""
    return any(True for _ in injected_sessions(project, function))


def _pinning(project: Project, route: FunctionScope) -> Iterator[FunctionScope]:
    """The dependencies of a route that run SQL on the request's session and do not end its transaction."""
    for need in request_needs(project, route):
        user = need.provider
        for injected in injected_sessions(project, user) if user is not None and not user.node.is_generator else ():
            if user is not None and standing_behind(project, Handed(user, injected.parameter.name), Standing.NONE) == OPEN:
                yield user


# --- one body ---------------------------------------------------------------------------------------------------------


def _held_wait(project: Project, scope: Scope, name: str, waits: Sequence[Wait]) -> HeldWait | None:
    found = _held(project, scope, name, waits, Standing.UNSURE, _DEPTH)
    if is_registry(project, scope, name):
        found = [wait for wait in found if is_used_by_nobody_else(project, scope, name, [*_spans_before(scope, wait)])]
    since = _since(project, scope, name, found[0]) if found else None
    return HeldWait(name, found[0], since, tuple(found[1:])) if since is not None else None


def _spans_before(scope: Scope, wait: Wait) -> Iterator[Span]:
    """Where calls stand that come before the wait, or behind it in a loop around both."""
    span = wait.site.term.span
    yield Span(0, span.end)
    yield from (loop.span for loop in loops_around(scope, span))


def _waits_beside(project: Project, scope: Scope) -> Sequence[Wait]:
    """The calls of a body that wait, themselves or in a function of the project that they run."""
    own = {wait.site.term: wait for wait in waits_of(project, scope)}
    found = (own.get(site.term) or called_wait(project, site) for site in project.calls_in(scope))
    return [wait for wait in found if wait is not None]


def _held(project: Project, scope: Scope, name: str, waits: Sequence[Wait], start: Standing, depth: int) -> list[Wait]:
    """Those of ``waits`` to which every path comes with an open transaction, at least from the second round of a loop on."""
    statements = [wait.site.statement for wait in waits]
    standings = standings_at(project, scope, name, statements, start)
    found = [
        wait
        for wait in waits
        if standings[wait.site.statement] == OPEN or _is_open_in_rounds(project, scope, name, wait, statements)
    ]
    return [wait for wait in found if wait.inside is None or _still_holds(project, scope, name, wait, depth)]


def _is_open_in_rounds(project: Project, scope: Scope, name: str, wait: Wait, statements: Sequence[Statement]) -> bool:
    statement = wait.site.statement
    loops = loops_around(scope, statement.span)
    return any(standings_in_rounds(project, scope, name, loop, statements).get(statement) == OPEN for loop in loops)


def _still_holds(project: Project, scope: Scope, name: str, wait: Wait, depth: int) -> bool:
    """Whether a function that gets the session has not ended its transaction before it waits, nor holds one of its own then, of
    which is told where it does."""
    for event in events(project, scope, name):
        if wait.site.term in event.site.path:
            to = handed(project, event, name)
            if to is None or not depth or not _waits_for_caller(project, to, depth - 1):
                return False
    return True


def _waits_for_caller(project: Project, to: Handed, depth: int) -> bool:
    key = ("waits in its caller's transaction", to.function, to.name, depth)
    return remembered(project, key, False, _find_waits_for_caller, project, to, depth)


def _find_waits_for_caller(project: Project, to: Handed, depth: int) -> bool:
    waits = _waits_beside(project, to.function)
    if not waits or _held(project, to.function, to.name, waits, Standing.UNSURE, depth):
        return False
    return bool(_held(project, to.function, to.name, waits, Standing.OPEN, depth))


def _since(project: Project, scope: Scope, name: str, wait: Wait) -> Place | None:
    """The SQL that has begun the transaction: the last one before the wait or, where a loop comes back to it, in the loop."""
    term = wait.site.term
    loops = list(loops_around(scope, term.span))
    met = list(events_around(project, scope, name))
    for some in ([event for event in met if asks(event)], [event for event in met if event.act is Act.PASSED]):
        before = [event.place for event in some if event.place.span.start < term.span.start and _leads_to(scope, event, term)]
        behind = [event.place for event in some if any(loop.span.contains(event.place.span) for loop in loops)]
        if before or behind:
            return before[-1] if before else behind[0]
    return None


def _leads_to(scope: Scope, event: Event, term: Term) -> bool:
    """Whether what stands around an event does not leave before ``term``: ``if user is None: db.rollback(); return``."""
    around = (block for one in walk.statements(scope.body) if isinstance(one, If) for block in walk.blocks(one) if block)
    beside = (block for block in around if _is_in(block, event.place.span) and not _is_in(block, term.span))
    return not any(isinstance(block[-1], Return | Raise | Jump) and getattr(block[-1], "kind", "") != "pass" for block in beside)


def _is_in(block: Block, span: Span) -> bool:
    return any(statement.span.contains(span) for statement in block)
