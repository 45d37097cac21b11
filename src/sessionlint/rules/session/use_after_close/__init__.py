from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES307",
    name="use-after-close",
    severity=Severity.ERROR,
    why="A closed session silently opens a new transaction on a new connection, and nothing closes it a second time.",
    symptoms=(
        "This Session has been permanently closed and is unable to handle any more transaction requests.",
        "QueuePool limit of size 5 overflow 10 reached, connection timed out",
    ),
    silent_in=frozenset({Role.STUB}),
    milder_in=frozenset({Role.SCRIPT}),
    about_use=True,
)
