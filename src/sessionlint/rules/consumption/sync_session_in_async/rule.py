"""SES509 sync-session-in-async: an ``async def`` uses a sync session, and the event loop waits for the database.

Why: while a sync session waits for the database or for a connection of the pool, the whole event loop stands still: every other
request of the process waits as well. With FastAPI it can stand still for good: the connection it waits for is returned by
another request's provider, whose exit needs the very same loop.

Fix safety: unsafe, the function then runs in a thread. Only where nothing is awaited and nobody but FastAPI calls it.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related, Rule, Severity
from sessionlint.model.role import Role
from sessionlint.questions.requests.routes import is_called_by_fastapi, is_of_websocket
from sessionlint.questions.running.blocking import BlockingSession
from sessionlint.rules.consumption.sync_session_in_async.handing_on import nearest_blocking

RULE = Rule(
    code="SES509",
    name="sync-session-in-async",
    severity=Severity.ERROR,
    why="While the sync session waits, the event loop serves nobody else; waiting for the pool, it can stand still for good.",
    symptoms=(
        "QueuePool limit of size 5 overflow 10 reached, connection timed out",
        "Executing <Task pending> took 1.020 seconds",
    ),
    hints=("await dependant.call(",),
    speaking_against=("greenlet_spawn", "sqlalchemy/ext/asyncio"),
    yields_to=("SES506", "SES607"),
    silent_in=frozenset(Role) - {Role.APPLICATION},
    about_use=True,
)
_SHOWN = 3


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for found, handing_on in nearest_blocking(project, module):
        from sessionlint.rules.consumption.sync_session_in_async.fix import plain_function_fix

        yield RULE.finding(
            found.place,
            _message(found),
            severity=RULE.severity if found.sql is not None else Severity.WARNING,
            related=(*_related(found), *_handed_on(handing_on)),
            help=_help(project, found),
            fix=plain_function_fix(project, found.function),
        )


def _help(project: Project, found: BlockingSession) -> str:
    if is_called_by_fastapi(project, found.function) and not is_of_websocket(found.function):
        return "make it a `def`, which FastAPI runs in a thread, run the SQL in a thread, or use an `AsyncSession`"
    return "run the SQL in a thread, or use an `AsyncSession`"


def _message(found: BlockingSession) -> str:
    function = found.function.node.name
    if found.sql is None:
        return f"`{found.name}` is a sync session in `async def {function}`: whatever it waits for stops the event loop"
    return f"`{found.name}` runs SQL synchronously in `async def {function}`: until it is done, the event loop serves nobody else"


def _related(found: BlockingSession) -> Iterator[Related]:
    if found.sql is not None:
        yield Related(found.sql, "the event loop waits here")
    if found.session.origin is not None:
        yield Related(found.session.origin, "the sync session factory is built here")


def _handed_on(handing_on: Sequence[BlockingSession]) -> Iterator[Related]:
    """The functions that hand the session on, a few for each file: who asks about a file gets the findings that touch it."""
    by_path: dict[str, list[BlockingSession]] = defaultdict(list)
    for one in handing_on:
        by_path[one.place.path].append(one)
    for found in by_path.values():
        for number, one in enumerate(found[:_SHOWN], 1):
            more = _more(len(found) - _SHOWN) if number == _SHOWN else ""
            yield Related(one.place, f"handed on by `{one.function.node.name}`{more}", is_counted_in=True)


def _more(count: int) -> str:
    return f", and by {count} more function{'s' if count > 1 else ''} of this file" if count > 0 else ""
