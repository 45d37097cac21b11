from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES108",
    name="connection-without-with",
    severity=Severity.ERROR,
    why="A connection that nobody closes stays out of the pool until the garbage collector runs; a busy pool runs dry.",
    symptoms=(
        "The garbage collector is trying to clean up non-checked-in connection",
        "QueuePool limit of size 5 overflow 10 reached, connection timed out",
        "FATAL: sorry, too many clients already",
    ),
    hints=("raw_connection(", "engine.connect("),
    silent_in=frozenset({Role.TEST, Role.MIGRATION, Role.STUB}),
    milder_in=frozenset({Role.SCRIPT}),
)
