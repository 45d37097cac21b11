"""SES610 gather-outlives-session: the first error leaves the block of a session that other coroutines still use.

Why: ``asyncio.gather`` raises the first error at once and lets the other coroutines run (Python, "Running Tasks Concurrently");
the block closes its session under them.

Fix safety: there is no fix: with ``return_exceptions=True`` somebody has to look at the results, and a task group cancels the
others.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related, Rule, Severity
from sessionlint.model.role import Role
from sessionlint.rules.concurrency.gather_outlives_session.search import Outlived, outlived

RULE = Rule(
    code="SES610",
    name="gather-outlives-session",
    severity=Severity.ERROR,
    why="One error closes the sessions that the others are using: the error that is seen is that one, and connections are lost.",
    symptoms=(
        "The garbage collector is trying to clean up non-checked-in connection",
        "InterfaceError: cannot perform operation: another operation is in progress",
        "IllegalStateChangeError: Method 'close()' can't be called here; method '_connection_for_bind()' is already in progress",
    ),
    hints=("gather(",),
    yields_to=("SES601",),
    silent_in=frozenset({Role.STUB}),
    about_use=True,
)


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for found in outlived(project, module):
        yield _finding(found)


def _finding(found: Outlived) -> Finding:
    return RULE.finding(
        found.site.place,
        f"the first error leaves the block of `{found.session}` while the other coroutines run: it is closed under the one that"
        " uses it",
        related=(
            Related(found.use, f"this coroutine uses `{found.session}`"),
            Related(found.block.place, "the session is opened here, and closed at the end of the block"),
        ),
        help="let each coroutine open its session, wait for all of them with `return_exceptions=True`, or use a task group",
    )
