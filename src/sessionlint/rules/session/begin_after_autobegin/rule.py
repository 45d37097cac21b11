"""SES313 begin-after-autobegin: ``session.begin()`` although the session is in a transaction already.

Why: the first SQL (or ``add``) begins a transaction by itself; a second one cannot be begun (SQLAlchemy, "Managing
Transactions").

Fix safety: unsafe. A ``with`` block begins a savepoint instead, and a commit behind it stores what the block was to store, and
what was pending before it. A ``begin()`` that stands alone goes: the transaction is there already.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related
from sessionlint.questions.sessions.block_uses import Act
from sessionlint.questions.sessions.conditions import IN_BLOCK, IN_TRANSACTION
from sessionlint.questions.sessions.transactions import Course, Step, courses
from sessionlint.rules.session.begin_after_autobegin import RULE

_BEGINS = frozenset({Act.SQL, Act.WRITE, Act.NESTED})


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for course in courses(project, module):
        for step in course.steps:
            if step.event.act is Act.BEGIN and step.before and (step.before <= IN_TRANSACTION or step.before <= IN_BLOCK):
                from sessionlint.rules.session.begin_after_autobegin.fix import begin_again_fix

                yield RULE.finding(
                    step.event.place,
                    _message(course, step),
                    related=tuple(_related(course, step)),
                    help="begin before the first SQL, commit before the block, or use begin_nested() for a savepoint",
                    fix=begin_again_fix(project, course, step),
                )


def _message(course: Course, step: Step) -> str:
    if step.before <= IN_BLOCK:
        return f"`{course.name}.begin()` raises InvalidRequestError: the block around it has begun the transaction already"
    return f"`{course.name}.begin()` raises InvalidRequestError: the SQL before it has begun a transaction already"


def _related(course: Course, step: Step) -> Iterator[Related]:
    earlier = [other.event.place for other in course.steps[: course.steps.index(step)] if other.event.act in _BEGINS]
    if step.before <= IN_TRANSACTION and earlier:
        yield Related(earlier[-1], "the transaction is begun here, at the latest")
    elif course.entered:
        yield Related(course.entered[-1], "the session is opened here")
