"""SES317 foreign-session-closed: a function closes a session that it was given and that others go on with.

Why: ``close()`` rolls back what is not committed and detaches everything that was read. The owner of the session is not told: the
session works on, so its next commit commits nothing of what was there before.

Fix safety: none; the close goes, or the function opens a session of its own.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related
from sessionlint.rules.session.foreign_session_closed import RULE
from sessionlint.rules.session.foreign_session_closed.search import ForeignClose, foreign_closes


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for found in foreign_closes(project, module):
        yield RULE.finding(
            found.place,
            _message(found),
            related=tuple(_related(found)),
            help="leave the close to whoever opened the session",
        )


def _message(found: ForeignClose) -> str:
    name, session = found.function.node.name, found.name
    if found.owner is None:
        lost = "" if found.commits else "what is not committed yet is lost without an error, and "
        return f"`{name}` closes the session `{session}` that its provider closes: {lost}the objects of the response are detached"
    lost = "" if found.commits else "what the caller has not committed is lost without an error, and "
    return f"`{name}` closes its caller's session `{session}`: {lost}the caller's objects are detached"


def _related(found: ForeignClose) -> Iterator[Related]:
    if found.owner is not None:
        yield Related(found.owner.place, "this caller keeps the session")
    else:
        yield Related(found.function.place, "FastAPI gives the session to this function")
