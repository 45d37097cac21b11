"""SES318 rollback-in-loop: a handler inside a loop rolls back what earlier rounds have left to the commit behind the loop.

Why: ``Session.rollback()`` ends the whole transaction, whoever began it (SQLAlchemy, "Managing Transactions"); what was added or
flushed since the last commit is gone without a word, and the commit behind the loop saves only what came after the last error.

Fix safety: unsafe. What the rounds before an error have written is saved, as it was meant to be; a database or driver that knows
no savepoints refuses it.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related, Rule, Severity
from sessionlint.model.role import Role
from sessionlint.questions.sessions.registries import is_used_by_nobody_else, registry_courses
from sessionlint.questions.sessions.transactions import Course, courses
from sessionlint.rules.session.rollback_in_loop.search import LostRounds, lost_rounds

RULE = Rule(
    code="SES318",
    name="rollback-in-loop",
    severity=Severity.ERROR,
    why="One bad row takes the good ones before it along: nothing tells of the rows that are missing afterwards.",
    symptoms=("rows of an import are missing, and no error was raised", "ObjectDeletedError: Instance has been deleted"),
    silent_in=frozenset({Role.STUB}),
    about_use=True,
)


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for course in courses(project, module):
        for lost in lost_rounds(project, course):
            yield _finding(project, course, lost)
    for course in registry_courses(project, module):
        for lost in lost_rounds(project, course):
            if is_used_by_nobody_else(project, course.scope, course.name, [lost.rounds.loop.span]):
                yield _finding(project, course, lost)


def _finding(project: Project, course: Course, lost: LostRounds) -> Finding:
    from sessionlint.edits.savepoint import savepoint_fix

    rollback, *others = lost.rounds.rollbacks
    commit = _commit(project, course, lost)
    return RULE.finding(
        rollback.place,
        f"this also drops what earlier rounds of the loop have written with `{course.name}`: {commit} saves only"
        " what comes after it",
        related=(
            Related(lost.rounds.write.place, "what this wrote in the rounds before is lost"),
            Related(lost.commit, "the commit to which the rounds leave it"),
            *(Related(other.place, "this drops it, too") for other in others),
        ),
        help=f"put the work of each round into `{course.name}.begin_nested()`, or commit in each round",
        fix=savepoint_fix(project, course, lost.rounds.guarded, lost.rounds.rollbacks),
    )


def _commit(project: Project, course: Course, lost: LostRounds) -> str:
    """For a message: which commit it is."""
    if lost.lender is not None:
        return f"the commit of `{lost.lender.node.name}`"
    return f"the commit at line {project.source(course.scope).position(lost.commit.span.start).line}"
