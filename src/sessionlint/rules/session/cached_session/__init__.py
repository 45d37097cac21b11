from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES306",
    name="cached-session",
    severity=Severity.ERROR,
    why="A cache outlives the request: all callers share one session, or the cache keeps every session alive and never hits.",
    symptoms=(
        "generator didn't yield",
        "PendingRollbackError: This Session's transaction has been rolled back due to a previous exception during flush",
        "InterfaceError: cannot perform operation: another operation is in progress",
    ),
    silent_in=frozenset({Role.TEST, Role.STUB}),
    milder_in=frozenset({Role.SCRIPT}),
)
