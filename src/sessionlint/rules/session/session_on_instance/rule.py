"""SES304 session-on-instance: an object opens a session, keeps it, and never closes it.

Why: the session holds its connection from its first query on for as long as the object lives, and then until the garbage
collector finds it (SQLAlchemy, error 3o7r). Where the object lives as long as the process, so does the transaction.

Fix safety: none; who owns the session, and when its work is done, is a matter of design.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related
from sessionlint.model.source import Place
from sessionlint.rules.session.session_on_instance import RULE
from sessionlint.rules.session.session_on_instance.containers import unclosed_injected_sessions
from sessionlint.rules.session.session_on_instance.search import sessions_on_instances


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for kept in sessions_on_instances(project, module):
        what = f"`{kept.owner}` keeps a session in `self.{kept.attribute}` and never closes it"
        advice = "give the object a session that its caller opens and closes, or close this one in `close()` or `__exit__`"
        yield _finding(kept.place, f"{what}: {_consequence(kept.is_async)}", kept.origin, advice)
    for injected in unclosed_injected_sessions(project, module):
        what = f"every injection of `{injected.name}` opens a session that nothing closes"
        advice = "inject the session factory and open a session where the work is done"
        message = f"{what}: {_consequence(injected.session.is_async)}"
        yield _finding(injected.place, message, injected.session.origin, advice)


def _consequence(is_async: bool) -> str:
    if is_async:
        return "its connection is not returned to the pool but thrown away by the garbage collector"
    return "its connection stays checked out until the garbage collector runs"


def _finding(place: Place, message: str, origin: Place | None, advice: str) -> Finding:
    related = (Related(origin, "the session factory is built here"),) if origin is not None and origin != place else ()
    return RULE.finding(place, message, related=related, help=advice)
