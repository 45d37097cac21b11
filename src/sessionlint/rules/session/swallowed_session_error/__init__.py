from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES312",
    name="swallowed-session-error",
    severity=Severity.WARNING,
    why="Without a rollback, the next use of the session fails too, with an error that hides the first one.",
    symptoms=(
        "PendingRollbackError: This Session's transaction has been rolled back due to a previous exception during flush",
        "PendingRollbackError: Can't reconnect until invalid transaction is rolled back",
        "InFailedSqlTransaction: current transaction is aborted, commands ignored until end of transaction block",
        "This session is in 'inactive' state, due to the SQL transaction being rolled back",
    ),
    silent_in=frozenset({Role.TEST, Role.STUB}),
)
