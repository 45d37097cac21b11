"""Sessions whose operation a timeout cancels and that are used again without a rollback."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Site
from sessionlint.link.names.sites import sites
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Block, Call, Collection, For, Handler, Statement, Try, While, With
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.leaving.ways import is_left
from sessionlint.questions.sessions.block_uses import Act, Event, events
from sessionlint.questions.sessions.session_users import sessions_used

_WAIT_FOR = kinds.External("asyncio.wait_for")
_RAISING = frozenset({"asyncio.timeout", "asyncio.timeout_at", "anyio.fail_after", "async_timeout.timeout"})
_PASSING = kinds.External("anyio.move_on_after")
_ERRORS = frozenset({"builtins.TimeoutError", "asyncio.TimeoutError", "asyncio.exceptions.TimeoutError"})
_USING = frozenset({Act.SQL, Act.FLUSH, Act.COMMIT, Act.PASSED})
_CLEANING = frozenset({Act.ROLLBACK, Act.CLOSE, Act.SHARED, Act.RETURNED})


@dataclass(frozen=True, slots=True, eq=False)
class ReusedAfterTimeout:
    """``limited`` is the operation that the timeout may cancel, ``place`` where the session ``name`` is used next."""

    place: Place
    name: str
    limited: Place


def reuses_after_timeouts(project: Project, module: ModuleScope) -> Iterator[ReusedAfterTimeout]:
    """Every session that is used next, without a rollback, by code that goes on after a timeout on one of its operations."""
    for function in module.functions:
        if not function.node.is_async:
            continue
        for statement in walk.statements(function.body):
            if isinstance(statement, Try):
                caught = [handler for handler in statement.handlers if _catches_timeout(project, handler, function)]
                for name, site in _limited(project, function, statement.body).items() if caught else ():
                    yield from _after(project, function, statement, caught[0].body, name, site)
            elif isinstance(statement, With) and _opens(project, statement, function, {_PASSING.name}):
                for name, site in _used_in(project, function, statement.body).items():
                    yield from _after(project, function, statement, (), name, site)


def _after(
    project: Project, function: FunctionScope, statement: Statement, handling: Block, name: str, site: Site
) -> Iterator[ReusedAfterTimeout]:
    if _is_opened_inside(statement, function, name):
        return
    found = list(events(project, function, name))
    handled = [event for event in found if handling and _within(event, handling)]
    later = [event for event in found if event.site.statement.span.start >= statement.span.end]
    course = handled if is_left(project, handling, function) else [*handled, *later]
    telling = next((event for event in course if event.act in _USING | _CLEANING), None)
    if telling is None and not is_left(project, handling, function, loop=True) and _loops_on(statement, function, name):
        yield ReusedAfterTimeout(site.place, name, site.place)
    elif telling is not None and telling.act in _USING:
        yield ReusedAfterTimeout(telling.place, name, site.place)


# --- what a timeout may cancel ----------------------------------------------------------------------------------------


def _limited(project: Project, function: FunctionScope, block: Block) -> dict[str, Site]:
    """The async sessions that a block uses under a time limit, each with the place."""
    found: dict[str, Site] = {}
    for site in _sites_in(function, block):
        if isinstance(site.term, Call) and project.kind(site.term.func, function) == _WAIT_FOR and site.term.args:
            limited = site.term.args[0].term
            if isinstance(limited, Call):
                found |= dict.fromkeys(sorted(sessions_used(project, limited, site)), site)
    for statement in walk.statements(block):
        if isinstance(statement, With) and _opens(project, statement, function, _RAISING):
            found |= _used_in(project, function, statement.body)
    return found


def _used_in(project: Project, function: FunctionScope, block: Block) -> dict[str, Site]:
    found: dict[str, Site] = {}
    for site in _sites_in(function, block):
        if isinstance(site.term, Call):
            for name in sorted(sessions_used(project, site.term, site)):
                found.setdefault(name, site)
    return found


def _opens(project: Project, statement: With, function: FunctionScope, names: frozenset[str] | set[str]) -> bool:
    for item in statement.items:
        callee = project.kind(item.context.func, function) if isinstance(item.context, Call) else None
        if isinstance(callee, kinds.External) and callee.name in names:
            return True
    return False


def _catches_timeout(project: Project, handler: Handler, function: FunctionScope) -> bool:
    if handler.type is None:
        return False
    types = handler.type.items if isinstance(handler.type, Collection) else (handler.type,)
    caught = (project.kind(kind, function) for kind in types)
    return any(isinstance(kind, kinds.External) and kind.name in _ERRORS for kind in caught)


# --- where things stand -----------------------------------------------------------------------------------------------


def _sites_in(function: FunctionScope, block: Block) -> Iterator[Site]:
    inside = set(walk.statements(block))
    return (site for site in sites(function) if site.statement in inside)


def _within(event: Event, block: Block) -> bool:
    return any(statement.span.contains(event.site.statement.span) for statement in block)


def _loops_on(statement: Statement, function: FunctionScope, name: str) -> bool:
    """Whether a loop around a statement comes back to it with the same session."""
    loops = (loop for loop in walk.statements(function.body) if isinstance(loop, For | While) and loop is not statement)
    return any(loop.span.contains(statement.span) and not _is_opened_inside(loop, function, name) for loop in loops)


def _is_opened_inside(statement: Statement, function: FunctionScope, name: str) -> bool:
    """Whether the session is another with each run of a statement."""
    bound = (getattr(binding, "value", None) for binding in function.bindings.get(name, ()))
    return any(value is not None and statement.span.contains(value.span) for value in bound)
