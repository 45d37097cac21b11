"""SES320 commit-while-streaming: the transaction ends in a loop over rows that are still being fetched in it.

Why: a server-side cursor lives in its transaction (PostgreSQL, "DECLARE"); the row behind the commit cannot be fetched.

Fix safety: there is no fix: whether the commit goes behind the loop, or the writes into another session, is for the author.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related, Rule, Severity
from sessionlint.model.role import Role
from sessionlint.questions.sessions.block_uses import Act
from sessionlint.rules.session.commit_while_streaming.search import EndedStream, ended_streams

RULE = Rule(
    code="SES320",
    name="commit-while-streaming",
    severity=Severity.ERROR,
    why="The cursor ends with its transaction: the loop fails at the next rows, once there are more than fit into one fetch.",
    symptoms=(
        "ProgrammingError: named cursor isn't valid anymore",
        'InvalidCursorName: cursor "c_7f0c5ca2ddf0_1" does not exist',
        "NoActiveSQLTransactionError: cursor cannot be created outside of a transaction",
        "ResourceClosedError: This result object is closed.",
    ),
    silent_in=frozenset({Role.STUB}),
    about_use=True,
)


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for found in ended_streams(project, module):
        yield _finding(project, found)


def _finding(project: Project, found: EndedStream) -> Finding:
    event = found.event
    scope = event.site.scope
    line = project.source(scope).position(found.loop.span.start).line
    written = "this call" if event.act is Act.PASSED else f"`{found.name}.{event.method}()`"
    return RULE.finding(
        event.place,
        f"{written} ends the cursor that the loop at line {line} streams rows through: its next fetch fails",
        related=(Related(scope.module.place(found.loop.iter.span), "the rows are streamed here"),),
        help="end the transaction behind the loop, write through a second session, or read the rows page by page",
    )
