"""SES321 session-held-across-io: a session holds its transaction while the program waits for something that is not the database.

Why: a transaction holds its connection, its locks and, in PostgreSQL, the rows that vacuum could else remove ("idle in
transaction"). A connection that waits thirty seconds for a model serves nobody else: the pool runs dry, and the database idles.

Fix safety: there is no fix: what has to be read before and written behind the wait is for the author to say.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related, Severity
from sessionlint.questions.running.waits import Wait
from sessionlint.rules.session.session_held_across_io import RULE
from sessionlint.rules.session.session_held_across_io.search import HeldWait, PinnedWait, held_waits, pinned_waits

_MOST = 3


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for found in held_waits(project, module):
        yield _held(project, found)
    for pinned in pinned_waits(project, module):
        yield _pinned(pinned)


def _held(project: Project, found: HeldWait) -> Finding:
    line = project.source(found.wait.site.scope).position(found.since.span.start).line
    return RULE.finding(
        found.wait.site.place,
        f"`{found.name}` holds its connection, in a transaction since line {line}, while `{found.wait.written}` waits",
        related=(
            Related(found.since, "the transaction is open from here on"),
            *_inside(found.wait),
            *(Related(other.site.place, "this waits, too", is_counted_in=True) for other in found.others[:_MOST]),
        ),
        help="read first, leave the session or commit, wait, and write in a session of its own",
    )


def _pinned(found: PinnedWait) -> Finding:
    user = found.user.node.name
    return RULE.finding(
        found.wait.site.place,
        f"the request's session keeps the connection that `{user}` has used while `{found.wait.written}` waits",
        severity=Severity.INFO,
        related=(Related(found.user.place, "this dependency runs SQL and leaves its transaction open"), *_inside(found.wait)),
        help=f"let `{user}` open a session of its own, and close it",
        on_request=True,
    )


def _inside(wait: Wait) -> Iterator[Related]:
    if wait.inside is not None:
        yield Related(wait.inside, "it waits here")
