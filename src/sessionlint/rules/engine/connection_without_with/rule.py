"""SES108 connection-without-with: a connection is taken from the engine and not given back on every path.

Why: an unclosed Connection stays checked out of the pool until Python's cyclic garbage collector runs; that the variable
goes out of scope is not enough.

Fix safety: unsafe; what is not committed is rolled back at the end of the block, and the connection is given back earlier than
it was. Where a result that nobody has read leaves the function, or the connection has no name, no fix is offered.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.facts import Call
from sessionlint.model.finding import Finding, Related
from sessionlint.model.source import Place
from sessionlint.questions.engines.connections import ConnectionLife, connections
from sessionlint.questions.sessions.lives import Ending
from sessionlint.rules.engine.connection_without_with import RULE


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for connection in connections(project, module):
        if connection.ending in (Ending.NEVER, Ending.PARTLY):
            from sessionlint.edits.connection_blocks import with_connection_fix

            yield RULE.finding(
                connection.place,
                _message(project, connection),
                related=tuple(_related(connection)),
                help=f"take it in a block: `{connection.recipe}`",
                fix=with_connection_fix(project, connection),
            )


def _message(project: Project, connection: ConnectionLife) -> str:
    life = connection.life
    what = f"connection `{life.name}`" if life.name else "connection"
    if connection.ending is Ending.NEVER:
        return f"{what} is never closed: it stays checked out of the pool until the garbage collector runs"
    source = project.source(life.scope)
    if life.leaks.on_exit:
        line = source.position(life.leaks.on_exit[0].end).line
        return f"{what} is not closed on the path that leaves at line {line}: it stays checked out of the pool"
    line = source.position(life.leaks.on_error[0].start).line
    return f"{what} is not closed when line {line} raises: it stays checked out of the pool"


def _related(connection: ConnectionLife) -> Iterator[Related]:
    path = connection.place.path
    for close in connection.life.closes[:1]:
        call = next((outer for outer in close.path if isinstance(outer, Call)), close.term)
        yield Related(Place(path, call.span), "closed only here" if len(connection.life.closes) == 1 else "closed here")
    if connection.engine.origin is not None and connection.engine.origin.path != path:
        yield Related(connection.engine.origin, "the engine is built here")
