"""SES314 use-after-commit-in-begin: commit or rollback inside a ``begin()`` block, and then more SQL in it.

Why: the block owns its transaction. Once that has ended, the session refuses all work until the block is left (SQLAlchemy,
"Framing out a begin / commit / rollback block").

Fix safety: none; whether the commit goes or the block is a matter of what has to be saved when.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related
from sessionlint.questions.sessions.block_uses import Act
from sessionlint.questions.sessions.conditions import State
from sessionlint.questions.sessions.transactions import Course, Step, courses
from sessionlint.rules.session.use_after_commit_in_begin import RULE

_REFUSED = frozenset({Act.SQL, Act.WRITE, Act.NESTED, Act.BEGIN, Act.COMMIT})
_ENDS = {Act.COMMIT: "commit()", Act.ROLLBACK: "rollback()", Act.CLOSE: "close()"}


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for course in courses(project, module):
        step = next((step for step in course.steps if step.event.act in _REFUSED and step.before == {State.ENDED}), None)
        if step is not None:
            yield _finding(course, step)


def _finding(course: Course, step: Step) -> Finding:
    earlier = [other.event for other in course.steps[: course.steps.index(step)] if other.event.act in _ENDS]
    ended = f"`{_ENDS[earlier[-1].act]}` has" if earlier else "its end has"
    return RULE.finding(
        step.event.place,
        f"session `{course.name}` raises InvalidRequestError here: {ended} ended the transaction of the begin() block",
        related=tuple(Related(event.place, "the block's transaction ends here") for event in earlier[-1:]),
        help="leave the commit to the end of the block, or open the session without begin() and commit by hand",
    )
