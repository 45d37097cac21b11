from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES208",
    name="scoped-session-in-async",
    severity=Severity.WARNING,
    why="All coroutines of an event loop run in one thread, so they get the same session from a thread-local registry.",
    symptoms=(
        "async_scoped_session.__init__() missing 1 required positional argument: 'scopefunc'",
        "PendingRollbackError: This Session's transaction has been rolled back due to a previous exception during flush",
    ),
    silent_in=frozenset({Role.STUB}),
)
