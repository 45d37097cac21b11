"""SES608 shielded-session: ``asyncio.shield`` around an operation of a session.

Why: a shielded operation goes on when its task is cancelled, while the task leaves the ``async with`` that closes the
session: two coroutines use one session. SQLAlchemy shields its own cleanup and rolls back what was cancelled.

Fix safety: unsafe, without the shield a cancelled request is rolled back, which is the point, and a change.
"""

from collections.abc import Iterator

from sessionlint.edits.awaiting import unshielded_fix
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Rule, Severity
from sessionlint.rules.concurrency.shielded_session.search import shielded_operations

RULE = Rule(
    code="SES608",
    name="shielded-session",
    severity=Severity.ERROR,
    why="A shielded operation runs on while the cancelled task closes the session under it: both fail, and the row may be saved.",
    symptoms=(
        "IllegalStateChangeError: Method 'close()' can't be called here; method 'commit()' is already in progress",
        "InterfaceError: cannot perform operation: another operation is in progress",
        "IllegalStateChangeError: Method 'close()' can't be called here; method '_connection_for_bind()' is already in progress",
    ),
    hints=("shield(",),
)


def check(project: Project) -> Iterator[Finding]:
    for call in shielded_operations(project):
        yield Finding(
            code=RULE.code,
            place=call.site.place,
            message=f"`{call.written}` is shielded: when the task is cancelled it runs on, while the session is closed under it",
            severity=RULE.severity,
            help=f"write `await {call.written}`: `async with` rolls back and closes also when the task is cancelled",
            fix=unshielded_fix(project, call),
        )
