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
from sessionlint.model.finding import Finding, Related
from sessionlint.questions.sessions.lives import Ending, Life, lives_of
from sessionlint.rules.session.bare_session import RULE


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
