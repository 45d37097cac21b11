from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES303",
    name="global-session",
    severity=Severity.ERROR,
    why="A session is one transaction for one task: shared, one request's error, rollback or stale read becomes everybody's.",
    symptoms=(
        "PendingRollbackError: This Session's transaction has been rolled back due to a previous exception during flush",
        "This session is in 'prepared' state; no further SQL can be emitted within this transaction",
        "InFailedSqlTransaction: current transaction is aborted, commands ignored until end of transaction block",
        "InvalidRequestError: Session is already flushing",
        "IllegalStateChangeError: Method 'close()' can't be called here; method '_connection_for_bind()' is already in progress",
        "InvalidRequestError: Object is already attached to session '1' (this is '2')",
        "server closed the connection unexpectedly",
        "InterfaceError: cannot perform operation: another operation is in progress",
        "terminating connection due to idle-in-transaction timeout",
    ),
    silent_in=frozenset(Role) - {Role.APPLICATION},
)
