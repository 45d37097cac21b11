from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES402",
    name="provider-returns-session",
    severity=Severity.ERROR,
    why="Nobody closes what a dependency returns: each request takes one connection from the pool and never gives it back.",
    symptoms=(
        "QueuePool limit of size 5 overflow 10 reached, connection timed out",
        "The garbage collector is trying to clean up non-checked-in connection",
    ),
    silent_in=frozenset({Role.TEST, Role.STUB}),
)
