from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES302",
    name="close-not-guaranteed",
    severity=Severity.ERROR,
    why="Each time the path without the close is taken, one connection stays out of the pool until the garbage collector runs.",
    symptoms=(
        "QueuePool limit of size 5 overflow 10 reached, connection timed out",
        "terminating connection due to idle-in-transaction timeout",
        "FATAL: sorry, too many clients already",
    ),
    yields_to=("SES403",),
    silent_in=frozenset({Role.TEST, Role.STUB}),
    milder_in=frozenset({Role.SCRIPT}),
)
