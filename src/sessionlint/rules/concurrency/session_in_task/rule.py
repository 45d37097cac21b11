"""SES602 session-in-task: a task that nobody waits for takes a session along.

Why: the session is closed when its request or its ``with`` ends, while the task still runs: it opens the session again and
nobody returns that connection. While both run, two coroutines use one session.

Fix safety: there is no fix: the task needs a session of its own.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related, Rule, Severity
from sessionlint.rules.concurrency.session_in_task.search import SessionInTask, sessions_in_tasks

RULE = Rule(
    code="SES602",
    name="session-in-task",
    severity=Severity.ERROR,
    why="A task runs on while its session is used or closed by others: operations collide, and a connection is not returned.",
    symptoms=(
        "IllegalStateChangeError: Method 'close()' can't be called here; method '_connection_for_bind()' is already in progress",
        "DetachedInstanceError: Parent instance is not bound to a Session; lazy load operation of attribute cannot proceed",
        "InvalidRequestError: This session is provisioning a new connection; concurrent operations are not permitted",
        "QueuePool limit of size 5 overflow 10 reached, connection timed out",
    ),
    yields_to=("SES601", "SES608"),
    about_use=True,
)


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for found in sessions_in_tasks(project, module):
        yield RULE.finding(
            found.site.place,
            _message(found),
            related=tuple(_related(found)),
            help="give the task the ids it needs, and let it open a session of its own",
        )


def _message(found: SessionInTask) -> str:
    work, name = found.work, found.name
    if found.meanwhile is not None:
        here = f"`{found.meanwhile.method}`" if found.meanwhile.method else "a call"
        return f"`{work}` uses `{name}` in a task while {here} uses it here: one of them fails"
    if found.owner.ends_here:
        return f"nobody waits for `{work}` before `{name}` is closed: the task opens it again and its connection is lost"
    return f"nobody waits for `{work}`: it uses the caller's `{name}` beside the caller, and after it is closed"


def _related(found: SessionInTask) -> Iterator[Related]:
    yield Related(found.owner.place, "the session comes from here")
    if found.meanwhile is not None:
        yield Related(found.meanwhile.place, "used here before the task is awaited")
