"""SES312 swallowed-session-error: the error of a flush, commit or statement is swallowed, and the session is used again.

Why: a session whose flush failed refuses everything until it is rolled back (SQLAlchemy, "This Session's transaction has
been rolled back due to a previous exception during flush"); PostgreSQL does the same after any failed statement.

Fix safety: unsafe; a rollback also drops what was not committed before the error.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.facts import Handler
from sessionlint.model.finding import Finding, Related, Rule, Severity
from sessionlint.model.role import Role
from sessionlint.model.source import Place, Span
from sessionlint.questions.sessions.block_uses import Act
from sessionlint.questions.sessions.conditions import Failed, rolls_back
from sessionlint.questions.sessions.transactions import Course, Step, courses
from sessionlint.rules.session.swallowed_session_error.fix import rollback_fix

RULE = Rule(
    code="SES312",
    name="swallowed-session-error",
    severity=Severity.WARNING,
    why="Without a rollback, the next use of the session fails too, with an error that hides the first one.",
    symptoms=(
        "PendingRollbackError: This Session's transaction has been rolled back due to a previous exception during flush",
        "InFailedSqlTransaction: current transaction is aborted, commands ignored until end of transaction block",
        "Can't reconnect until invalid transaction is rolled back",
    ),
    silent_in=frozenset({Role.TEST, Role.STUB}),
)
_FAILS = frozenset({Act.SQL, Act.WRITE, Act.FLUSH, Act.COMMIT, Act.NESTED})


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for course in courses(project, module):
        reported: set[Handler] = set()
        for step in course.steps:
            for failed in step.before if step.event.act in _FAILS else ():
                if isinstance(failed, Failed) and failed.by is not None and failed.by not in reported:
                    reported.add(failed.by)
                    if rolls_back(failed.by):
                        continue
                    yield _finding(project, course, step, failed.by)


def _finding(project: Project, course: Course, step: Step, handler: Handler) -> Finding:
    line = project.source(course.scope).position(step.event.place.span.start).line
    return RULE.finding(
        Place(course.scope.module.path, _header(handler)),
        f"the error is swallowed without a rollback: session `{course.name}` fails again at line {line}",
        related=(Related(step.event.place, "the session is used again here"),),
        help=f"call `{course.name}.rollback()` in the handler, or put the work into `{course.name}.begin_nested()`",
        fix=rollback_fix(project, course, handler),
    )


def _header(handler: Handler) -> Span:
    """``except IntegrityError``, without the body."""
    end = handler.type.span.end if handler.type is not None else handler.span.start + len("except")
    return Span(handler.span.start, end)
