"""Who closes the session that a function hands to something that runs beside it, and what the function does with it meanwhile."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import EnteredBinding, FunctionScope, ParameterBinding, Scope
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, With
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.requests.carriers import carried_sessions
from sessionlint.questions.requests.routes import injected_sessions
from sessionlint.questions.sessions.block_uses import Act, Event, events
from sessionlint.questions.sessions.lives import Ending, Life, lives_in

_ASKING = frozenset({Act.SQL, Act.FLUSH, Act.COMMIT, Act.ROLLBACK, Act.CLOSE, Act.PASSED})


@dataclass(frozen=True, slots=True, eq=False)
class Owner:
    """``place`` is where the session comes from: a parameter, or what opens it. ``block``: the ``with`` that closes it.

    ``ends_here``: it is closed when the function ends, by FastAPI or by the function itself; else the caller has it.
    """

    place: Place
    session: kinds.Session
    ends_here: bool
    injected: bool = False
    block: With | None = None


def owner_of(project: Project, name: str, scope: Scope) -> Owner | None:
    """Who closes the session ``name`` that code in ``scope`` uses; None where that may be the one it is handed to."""
    home = project.evaluator.home(name.partition(".")[0], scope)
    if "." in name:
        return _of_carrier(project, name, home) if isinstance(home, FunctionScope) else None
    session = project.evaluator.name_kind(name, scope)
    if not isinstance(home, FunctionScope) or not isinstance(session, kinds.Session) or len(home.bindings[name]) != 1:
        return None
    match home.bindings[name][0]:
        case ParameterBinding(parameter=parameter):
            injected = any(found.parameter is parameter for found in injected_sessions(project, home))
            return Owner(home.module.place(parameter.span), session, injected, injected)
        case EnteredBinding(value=value):
            return Owner(home.module.place(value.span), session, True, block=_block(home, value.span.start))
        case _:
            life = next((life for life in lives_in(project, home) if name in life.names), None)
            return Owner(life.place, session, True) if life is not None and _closes_itself(life) else None


def _of_carrier(project: Project, name: str, function: FunctionScope) -> Owner | None:
    """An object that keeps the request's session, which FastAPI closes."""
    found = next((carried for carried in carried_sessions(project, function) if carried.name == name), None)
    return Owner(found.place, found.injected.session, True, True) if found is not None else None


def _closes_itself(life: Life) -> bool:
    """Whether the function closes the session, and not another to which it hands it."""
    if life.ending not in (Ending.CLOSED, Ending.PARTLY):
        return False
    return not life.closes or any(isinstance(site.path[0], Attribute) for site in life.closes if site.path)


def _block(function: FunctionScope, start: int) -> With | None:
    return next(
        (
            statement
            for statement in walk.statements(function.body)
            if isinstance(statement, With) and any(item.context.span.start == start for item in statement.items)
        ),
        None,
    )


def asked_between(project: Project, name: str, scope: Scope, start: int, end: int) -> Iterator[Event]:
    """Where the function itself asks its session for something between two places of its source."""
    for event in events(project, scope, name):
        if event.act in _ASKING and start <= event.site.term.span.start < end and not event.site.in_lambda:
            yield event
