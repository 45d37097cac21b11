"""SES603 session-in-thread: a session is used by another thread.

Why: a session is one transaction and one set of objects, without a lock: two threads that use it lose writes or fail. An
``AsyncSession`` cannot be used in another thread at all, its connection belongs to the event loop. A sync session that one
thread uses while the other waits for it is all right as long as it stays that way, and with drivers that allow it.

Fix safety: there is no fix: the thread needs a session of its own.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related, Rule, Severity
from sessionlint.rules.concurrency.session_in_thread.search import SessionInThread, sessions_in_threads

RULE = Rule(
    code="SES603",
    name="session-in-thread",
    severity=Severity.ERROR,
    why="A session has no lock: threads that share one lose writes or fail, and an async one belongs to its event loop.",
    symptoms=(
        "InvalidRequestError: Session is already flushing",
        "This session is in 'prepared' state; no further SQL can be emitted within this transaction",
        "MissingGreenlet: greenlet_spawn has not been called; can't call await_only() here",
        "got Future attached to a different loop",
        "SQLite objects created in a thread can only be used in that same thread",
        "lost synchronization with server: got message type",
        "Working outside of application context",
    ),
    hints=("to_thread(", "run_in_executor(", "run_in_threadpool(", "Thread("),
    about_use=True,
)


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for found in sessions_in_threads(project, module):
        related = (Related(found.source, "the session comes from here"),) if found.source is not None else ()
        yield RULE.finding(
            found.site.place,
            _message(found),
            severity=Severity.INFO if found.waited else RULE.severity,
            related=related,
            help="give the thread the ids it needs, and let it open a session of its own",
            on_request=found.waited,
        )


def _message(found: SessionInThread) -> str:
    work, name = found.work, found.name
    if found.session.is_async:
        return f"`{work}` uses the async session `{name}` in another thread: its connection belongs to this event loop"
    if found.waited:
        return f"`{work}` uses `{name}` in another thread: that goes well as long as nothing else uses it meanwhile"
    return f"`{work}` uses `{name}` in another thread at the same time: writes are lost or fail under load"
