"""SES510 session-in-background-task: the request's session is handed to a background task.

Why: from FastAPI 0.106 to 0.117, and with ``scope="function"``, the provider closes the session *before* the task runs; the task
opens it again, and nobody returns that connection. In other versions the request keeps its connection until the task is done.
FastAPI says: "create the resources for background tasks inside the background task itself".

Fix safety: there is no fix: the task needs a session of its own.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model import walk
from sessionlint.model.facts import Call, Name
from sessionlint.model.finding import Finding, Related, Severity
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.requests.carriers import carried_sessions
from sessionlint.questions.requests.needs import needs
from sessionlint.questions.running.background import schedules
from sessionlint.questions.sessions.session_users import sessions_used_by, without_partial
from sessionlint.rules.consumption.session_in_background_task import RULE

_CLOSED_FIRST = ((0, 106), (0, 117))


@dataclass(frozen=True, slots=True, eq=False)
class LentToTask:
    """``place`` is the call that takes the session along; ``ends_first``: the session's scope says that it is closed before."""

    place: Place
    name: str
    parameter: Place
    task: str
    ends_first: bool


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    version = project.targets.fastapi
    by_version = version is not None and _CLOSED_FIRST[0] <= version <= _CLOSED_FIRST[1]
    for found in sessions_lent_to_tasks(project, module):
        closed_first = by_version or found.ends_first
        yield RULE.finding(
            found.place,
            _message(found, closed_first=closed_first),
            severity=Severity.ERROR if closed_first else RULE.severity,
            related=(Related(found.parameter, "the session is given to the request here"),),
            help="give the task the ids it needs, and let it open a session of its own",
        )


def _message(found: LentToTask, *, closed_first: bool) -> str:
    if closed_first:
        return f"`{found.name}` is closed before `{found.task}` runs: the task opens it again, and nobody returns the connection"
    return f"`{found.task}` runs after the response with the request's `{found.name}`: its connection is kept until the task ends"


def sessions_lent_to_tasks(project: Project, module: ModuleScope) -> Iterator[LentToTask]:
    """Every ``tasks.add_task(work, db)`` and ``BackgroundTask(work, db)`` with a session that FastAPI gave the function."""
    for function in module.functions:
        if not needs(project, function):  # nor has it a session of the request
            continue
        scheduling = [site for site in project.calls_in(function) if schedules(project, site)]
        carried = {found.name: found for found in carried_sessions(project, function)} if scheduling else {}
        for site in scheduling if carried else ():
            assert isinstance(site.term, Call)
            work, args = without_partial(project, site.term.args[0].term, site.term.args[1:], function)
            lent = [given.term.id for given in args if isinstance(given.term, Name) and given.term.id in carried]
            used = sorted(sessions_used_by(project, work, args, site) & carried.keys())
            for found in [carried[name] for name in (*lent, *used)][:1]:
                task = walk.dotted(work) or "the task"
                yield LentToTask(site.place, found.name, found.place, task, found.injected.ends_before_response)
