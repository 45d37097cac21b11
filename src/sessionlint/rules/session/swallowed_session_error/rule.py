"""SES312 swallowed-session-error: the error of a flush, commit or statement is swallowed, and the session is used again.

Why: a session whose flush failed refuses everything until it is rolled back (SQLAlchemy, "This Session's transaction has
been rolled back due to a previous exception during flush"); PostgreSQL does the same after any failed statement.

Fix safety: unsafe; a rollback also drops what was not committed before the error, and a savepoint is not known to every database.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related
from sessionlint.model.source import Place, Span
from sessionlint.questions.sessions.transactions import Course, courses
from sessionlint.rules.session.swallowed_session_error import RULE
from sessionlint.rules.session.swallowed_session_error.search import Swallowed, drops_earlier_rounds, swallowed_errors


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for course in courses(project, module):
        for found in swallowed_errors(course):
            yield _finding(project, course, found)


def _finding(project: Project, course: Course, found: Swallowed) -> Finding:
    from sessionlint.rules.session.swallowed_session_error.fix import swallowed_fix

    line = project.source(course.scope).position(found.use.place.span.start).line
    again = f"session `{course.name}` fails again at line {line}"
    return RULE.finding(
        Place(course.scope.module.path, _header(found)),
        f"no rollback here before the next use: {again}, which hides the first error"
        if found.is_within
        else f"the error is swallowed without a rollback: {again}",
        related=tuple(_related(found)),
        help=_help(project, course, found),
        fix=swallowed_fix(project, course, found),
    )


def _related(found: Swallowed) -> Iterator[Related]:
    at = found.failed.at
    if at is not None and found.is_autoflush:
        yield Related(at.place, "what was added before is flushed here, and may fail")
    yield Related(found.use.place, "the session is used again here")


def _help(project: Project, course: Course, found: Swallowed) -> str:
    savepoint = f"put the work into `{course.name}.begin_nested()`"
    if found.failed.inside or found.failed.nested:
        return savepoint
    if drops_earlier_rounds(project, course, found):
        return f"{savepoint}; a `{course.name}.rollback()` in the handler also drops what earlier rounds have written"
    return f"call `{course.name}.rollback()` in the handler, or {savepoint}"


def _header(found: Swallowed) -> Span:
    """``except IntegrityError`` or ``suppress(IntegrityError)``, without the body."""
    if found.handler is None:
        return found.by.span
    end = found.handler.type.span.end if found.handler.type is not None else found.handler.span.start + len("except")
    return Span(found.handler.span.start, end)
