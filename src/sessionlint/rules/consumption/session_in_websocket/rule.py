"""SES512 session-in-websocket: a WebSocket endpoint waits for its client while its session holds a connection.

Why: FastAPI closes the session when the endpoint returns, which is when the client goes. From its first SQL on the session holds
a connection, so as many clients as the pool has connections are all that can be served.

Fix safety: there is no fix: where the session should be opened and closed is for the author to say.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related
from sessionlint.rules.consumption.session_in_websocket import RULE
from sessionlint.rules.consumption.session_in_websocket.search import HeldByClient, sessions_held_by_clients


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for found in sessions_held_by_clients(project, module):
        yield RULE.finding(
            found.function.module.place(found.parameter.span),
            _message(found),
            related=(
                Related(found.sql, "SQL takes a connection here"),
                Related(found.wait, "here the endpoint waits for its client with it"),
            ),
            help=f"open a session around each piece of work: `with SessionLocal() as {found.name}:`",
        )


def _message(found: HeldByClient) -> str:
    if found.through is not None:
        return f"the `{found.name}` of `{found.through}` keeps a connection of the pool for as long as the client stays"
    return f"`{found.name}` keeps a connection of the pool for as long as the client stays"
