"""SES511 session-in-streaming-response: what a streaming response sends is read through the request's session.

Why: from FastAPI 0.106 to 0.117, and with ``scope="function"``, the provider closes the session before the body is sent: the
generator opens it again, and nobody returns that connection. In other versions the connection is kept until the last byte has
been sent, and how long that takes is up to the client.

Fix safety: there is no fix: the generator needs a session of its own.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related, Severity
from sessionlint.questions.requests.streaming import Streamed, sessions_streamed
from sessionlint.rules.consumption.session_in_streaming_response import RULE
from sessionlint.rules.consumption.session_in_streaming_response.endless import IdleSession, idle_sessions

_CLOSED_FIRST = ((0, 106), (0, 117))


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    version = project.targets.fastapi
    by_version = version is not None and _CLOSED_FIRST[0] <= version <= _CLOSED_FIRST[1]
    for found in sessions_streamed(project, module):
        closed_first = by_version or found.injected.ends_before_response
        yield RULE.finding(
            found.place,
            _message(found, closed_first=closed_first),
            severity=RULE.severity if closed_first else Severity.INFO,
            related=(
                Related(found.parameter, "the session is given to the request here"),
                Related(found.use, "used here while the body is sent"),
            ),
            help="open a session in the generator, or read what it sends before the response",
        )
    for idle in idle_sessions(project, module):
        if idle.injected is None or not (by_version or idle.injected.ends_before_response):
            yield _of_idle(idle)


def _of_idle(idle: IdleSession) -> Finding:
    kept = f"`{idle.name}` is not asked anything while `{idle.body}` is sent, and keeps its connection as long"
    if idle.injected is None:
        kept = f"`{idle.name}` keeps its connection between the events of `{idle.body}`, as long as the client listens"
    return RULE.finding(
        idle.place,
        kept,
        severity=RULE.severity if idle.endless else Severity.INFO,
        related=(Related(idle.use, "this takes the connection"),),
        help="open a session for each query, and close it before the next event is waited for",
    )


def _message(found: Streamed, *, closed_first: bool) -> str:
    if closed_first:
        return f"`{found.name}` is closed before {_body(found)} runs: it is opened again, and nobody returns the connection"
    return f"{_body(found)} reads through the request's `{found.name}`: its connection is kept until the client has read it all"


def _body(found: Streamed) -> str:
    return found.body if " " in found.body else f"`{found.body}`"
