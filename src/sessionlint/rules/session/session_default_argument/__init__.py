from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES305",
    name="session-default-argument",
    severity=Severity.ERROR,
    why="A default is evaluated once: all calls, from all requests and threads, share one session that nothing closes.",
    symptoms=(
        "PendingRollbackError: This Session's transaction has been rolled back due to a previous exception during flush",
        "Invalid args for response field! Hint: check that",
    ),
    silent_in=frozenset({Role.TEST, Role.STUB}),
    milder_in=frozenset({Role.SCRIPT}),
)
