"""SES301 bare-session: a session is opened and nothing closes it.

Why: an unclosed Session keeps its connection checked out until Python's cyclic garbage collector happens to run, because
Session and SessionTransaction refer to each other; reference counting does not help (SQLAlchemy, error 3o7r: this
"cannot be relied upon to release resources in a timely manner").

Fix safety: opening the session in a ``with`` block is safe when nothing read through it leaves the function. Otherwise
objects that leave are detached at once instead of at some later time, so the fix is unsafe.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related, Rule, Severity
from sessionlint.model.role import Role
from sessionlint.questions.sessions.lives import Ending, Life, lives_of

RULE = Rule(
    code="SES301",
    name="bare-session",
    severity=Severity.ERROR,
    why="An unclosed session keeps its connection out of the pool until the garbage collector runs; a busy pool runs dry.",
    symptoms=(
        "QueuePool limit of size 5 overflow 10 reached, connection timed out",
        "The garbage collector is trying to clean up non-checked-in connection",
        "terminating connection due to idle-in-transaction timeout",
        "FATAL: sorry, too many clients already",
    ),
    yields_to=("SES403",),
    silent_in=frozenset({Role.TEST, Role.STUB}),
    milder_in=frozenset({Role.SCRIPT}),
)


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for life in lives_of(project, module):
        if life.ending is Ending.NEVER:
            from sessionlint.edits.with_block import with_block_fix

            yield RULE.finding(
                life.place,
                _message(life),
                related=tuple(_related(life)),
                help=f"open it in a block: `{life.recipe}`",
                fix=with_block_fix(project, life),
            )


def _message(life: Life) -> str:
    session = f"session `{life.name}`" if life.name else "session"
    if life.session.is_async:
        return f"{session} is never closed: its connection is not returned to the pool but thrown away by the garbage collector"
    return f"{session} is never closed: its connection stays checked out until the garbage collector runs"


def _related(life: Life) -> Iterator[Related]:
    origin = life.session.origin
    if origin is not None and origin != life.place:
        yield Related(origin, "the session factory is built here")
