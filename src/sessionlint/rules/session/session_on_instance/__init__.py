from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES304",
    name="session-on-instance",
    severity=Severity.WARNING,
    why="The connection stays checked out for as long as the object lives, and longer; a busy pool runs dry.",
    symptoms=(
        "QueuePool limit of size 5 overflow 10 reached, connection timed out",
        "terminating connection due to idle-in-transaction timeout",
        "server closed the connection unexpectedly",
        "PendingRollbackError: Can't reconnect until invalid transaction is rolled back",
        "PendingRollbackError: This Session's transaction has been rolled back due to a previous exception during flush",
    ),
    hints=("self.session", "self.db"),
    silent_in=frozenset({Role.TEST, Role.STUB}),
    milder_in=frozenset({Role.SCRIPT}),
)
