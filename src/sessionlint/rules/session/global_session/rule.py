"""SES303 global-session: one session object for the whole process.

Why: a Session "cannot be shared among concurrent threads or asyncio tasks" (SQLAlchemy, Session Basics). One failed flush
makes every later request fail, one request's rollback discards another's rows, and rows are read as they were hours ago.

Fix safety: none; which function needs which session is a matter of design.
"""

from collections.abc import Iterator

from sessionlint.link.names.roles import asks_somebody, runs_once
from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related, Severity
from sessionlint.model.role import Role
from sessionlint.rules.session.global_session import RULE
from sessionlint.rules.session.global_session.search import SharedSession, shared_sessions


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    once = runs_once(module) and not project.importers.of_module(module.path)
    for shared in shared_sessions(project, module):
        one_user = not once and _is_for_one_user(project, shared)
        yield RULE.finding(
            shared.place,
            _message_once(shared) if once else _message_one_user(shared) if one_user else _message(project, shared),
            severity=Severity.INFO if once or one_user else RULE.severity,
            related=tuple(_related(project, shared)),
            help="open a session where the work is done: `with SessionLocal() as session:`, or a provider per request",
            on_request=one_user,
        )


def _is_for_one_user(project: Project, shared: SharedSession) -> bool:
    """Whether only programs have the session, one of which talks with who runs it."""
    users = [project.modules.get(path) for path in project.importers.of_module(shared.scope.module.path)]
    if any(user is None or project.role(user) is Role.APPLICATION for user in users):
        return False
    return any(user is not None and project.role(user) is Role.SCRIPT and asks_somebody(user) for user in users)


def _message_one_user(shared: SharedSession) -> str:
    return f"{shared.what} is one for the whole program: a failed flush or a rollback hits all that it does afterwards"


def _message(project: Project, shared: SharedSession) -> str:
    users = len(_importers(project, shared))
    also = f", and by {users} other module{'s' if users != 1 else ''}" if users else ""
    return f"{shared.what} is shared by every request and thread{also}: one failed flush or rollback hits all of them"


def _message_once(shared: SharedSession) -> str:
    return f"{shared.what} is everybody's as soon as somebody imports this file, which is there to be run: nothing closes it"


def _importers(project: Project, shared: SharedSession) -> dict[str, Related]:
    if shared.name is None:
        return {}
    places = project.importers_of_name(shared.scope.module.path, shared.name)
    return {path: Related(place, "used here too") for path, place in places.items()}


def _related(project: Project, shared: SharedSession) -> Iterator[Related]:
    if shared.origin is not None and shared.origin != shared.place:
        yield Related(shared.origin, "the session factory is built here")
    yield from list(_importers(project, shared).values())[:3]
