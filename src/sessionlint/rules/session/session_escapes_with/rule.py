"""SES308 session-escapes-with: a session or connection leaves the ``with`` block that closes it.

Why: whoever gets the session gets it closed; its next query begins a new transaction on a connection that nobody gives back.
A connection that left its block raises at its first use.

Fix safety: none; who owns the session is a matter of design.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model.finding import Finding, Related, Rule, Severity
from sessionlint.model.role import Role
from sessionlint.rules.session.session_escapes_with.search import BlockEscape, block_escapes, is_only_called_beside

RULE = Rule(
    code="SES308",
    name="session-escapes-with",
    severity=Severity.ERROR,
    why="The block closes the session before anybody else can use it; every later use opens it again, and nothing closes that.",
    symptoms=(
        "This Connection is closed",
        "This Session has been permanently closed and is unable to handle any more transaction requests.",
        "QueuePool limit of size 5 overflow 10 reached, connection timed out",
    ),
    yields_to=("SES402",),
    silent_in=frozenset({Role.STUB}),
    milder_in=frozenset({Role.SCRIPT}),
    about_use=True,
)


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for escape in block_escapes(project, module):
        ends_with_test = project.role(module) is Role.TEST and is_only_called_beside(escape.function)
        yield RULE.finding(
            escape.place,
            _message(escape),
            severity=Severity.INFO if ends_with_test else RULE.severity,
            related=tuple(_related(escape)),
            help="yield it from a context manager, return what was read, or let the caller open the session",
            on_request=ends_with_test,
        )


def _message(escape: BlockEscape) -> str:
    what = "connection" if isinstance(escape.block.held, kinds.Connection) else "session"
    with_it = f" inside `{escape.keeper}(...)`" if escape.keeper else ""
    way = f"is kept as `{escape.kept_as}`" if escape.kept_as else "is returned"
    if what == "connection":
        return f"connection `{escape.block.name}` {way}{with_it}, but its `with` block closes it: the first use raises"
    behind = (
        "the next query begins a new transaction on the connection that it borrows, and nothing ends that"
        if escape.block.borrows
        else "the next query takes a new connection, and nothing gives that back"
    )
    return f"session `{escape.block.name}` {way}{with_it}, but its `with` block closes it: {behind}"


def _related(escape: BlockEscape) -> Iterator[Related]:
    yield Related(escape.block.place, "closed at the end of this block")
    yield Related(escape.function.place, "by this function")
    origin = escape.block.held.origin if isinstance(escape.block.held, kinds.Session) else None
    if origin is not None:
        yield Related(origin, "the session factory is built here")
