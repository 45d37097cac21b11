"""SES510 session-in-background-task: the request's session is handed to a background task.

Why: from FastAPI 0.106 to 0.117, and with ``scope="function"``, the provider closes the session *before* the task runs; the task
opens it again, and nobody returns that connection. In other versions the request keeps its connection until the task is done.
FastAPI says: "create the resources for background tasks inside the background task itself".

Fix safety: there is no fix: the task needs a session of its own.
"""

from collections.abc import Iterator

from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related, Rule, Severity
from sessionlint.rules.consumption.session_in_background_task.search import LentToTask, sessions_lent_to_tasks

RULE = Rule(
    code="SES510",
    name="session-in-background-task",
    severity=Severity.WARNING,
    why="The task outlives the request: it gets a session that is closed, or keeps the request's connection until it is done.",
    symptoms=(
        "DetachedInstanceError: Parent instance is not bound to a Session; lazy load operation of attribute cannot proceed",
        "QueuePool limit of size 5 overflow 10 reached, connection timed out",
        "DetachedInstanceError: Instance is not bound to a Session",
    ),
    hints=("starlette/background.py", "BackgroundTask"),
)

_CLOSED_FIRST = ((0, 106), (0, 117))


def check(project: Project) -> Iterator[Finding]:
    version = project.targets.fastapi
    by_version = version is not None and _CLOSED_FIRST[0] <= version <= _CLOSED_FIRST[1]
    for found in sessions_lent_to_tasks(project):
        closed_first = by_version or found.ends_first
        yield Finding(
            code=RULE.code,
            place=found.place,
            message=_message(found, closed_first=closed_first),
            severity=Severity.ERROR if closed_first else RULE.severity,
            related=(Related(found.parameter, "the session is given to the request here"),),
            help="give the task the ids it needs, and let it open a session of its own",
        )


def _message(found: LentToTask, *, closed_first: bool) -> str:
    if closed_first:
        return f"`{found.name}` is closed before `{found.task}` runs: the task opens it again, and nobody returns the connection"
    return f"`{found.task}` runs after the response with the request's `{found.name}`: its connection is kept until the task ends"
