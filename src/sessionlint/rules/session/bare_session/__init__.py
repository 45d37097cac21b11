from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES301",
    name="bare-session",
    severity=Severity.ERROR,
    why="An unclosed session keeps its connection out of the pool until the garbage collector runs; a busy pool runs dry.",
    symptoms=(
        "QueuePool limit of size 5 overflow 10 reached, connection timed out",
        "The garbage collector is trying to clean up non-checked-in connection",
        "terminating connection due to idle-in-transaction timeout",
        "FATAL: sorry, too many clients already",
    ),
    yields_to=("SES403",),
    silent_in=frozenset({Role.TEST, Role.STUB}),
    milder_in=frozenset({Role.SCRIPT}),
)
