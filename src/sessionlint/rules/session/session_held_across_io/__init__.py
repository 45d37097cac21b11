from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES321",
    name="session-held-across-io",
    severity=Severity.WARNING,
    why="While the program waits for a server, nobody else can use the connection: a slow one runs the pool dry.",
    symptoms=(
        "terminating connection due to idle-in-transaction timeout",
        "QueuePool limit of size 5 overflow 10 reached, connection timed out",
        "IdleInTransactionSessionTimeoutError: terminating connection due to idle-in-transaction timeout",
        "Lost connection to MySQL server during query",
    ),
    yields_to=("SES319",),
    silent_in=frozenset({Role.TEST, Role.STUB, Role.MIGRATION}),
    milder_in=frozenset({Role.SCRIPT}),
)
