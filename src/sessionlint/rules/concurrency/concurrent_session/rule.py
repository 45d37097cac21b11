"""SES601 concurrent-session: coroutines that run at the same time share one async session.

Why: a session is one transaction on one connection, and neither can be used by two tasks at once (SQLAlchemy: "a single
instance of AsyncSession is not safe for use in multiple, concurrent tasks"). On a warm connection it may go well for
months; when the connection has to be opened first, it fails.

Fix safety: none yet. Each coroutine needs a session, and with it a transaction, of its own.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related, Rule, Severity
from sessionlint.questions.running.concurrency import ConcurrentUse, concurrent_uses

RULE = Rule(
    code="SES601",
    name="concurrent-session",
    severity=Severity.ERROR,
    why="A session is one transaction on one connection: two coroutines that use it at once fail under load and lose writes.",
    symptoms=(
        "InvalidRequestError: This session is provisioning a new connection; concurrent operations are not permitted",
        "InterfaceError: cannot perform operation: another operation is in progress",
        "IllegalStateChangeError: Method 'close()' can't be called here; method '_connection_for_bind()' is already in progress",
        "InvalidRequestError: Session is already flushing",
        "InvalidRequestError: This session is in 'prepared' state; no further SQL can be emitted within this transaction",
    ),
    hints=("gather(", "TaskGroup", "as_completed(", "asyncio.wait("),
    about_use=True,
)


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for found in concurrent_uses(project, module):
        yield RULE.finding(
            found.runner.place,
            f"{found.how} runs several coroutines on the session `{found.session}` at once: it fails under load",
            related=tuple(_related(found)),
            help="open a session in each coroutine, or await them one after the other",
        )


def _related(found: ConcurrentUse) -> Iterator[Related]:
    for place in found.uses:
        yield Related(place, f"this coroutine uses `{found.session}`")
