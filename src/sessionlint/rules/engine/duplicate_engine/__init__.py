from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES113",
    name="duplicate-engine",
    severity=Severity.INFO,
    why="Each engine has a pool of its own: the connections of all of them add up on the database server.",
    on=False,
    symptoms=(
        "FATAL: sorry, too many clients already",
        "database is locked",
        "QueuePool limit of size 5 overflow 10 reached, connection timed out",
    ),
    yields_to=("SES103",),
    silent_in=frozenset(Role) - {Role.APPLICATION},
)
