from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES403",
    name="provider-without-finally",
    severity=Severity.ERROR,
    why="An exception in the route is raised at the `yield`; without a `finally`, each such request keeps its connection.",
    symptoms=(
        "QueuePool limit of size 5 overflow 10 reached, connection timed out",
        "The garbage collector is trying to clean up non-checked-in connection",
    ),
    silent_in=frozenset({Role.TEST, Role.STUB}),
    milder_in=frozenset({Role.SCRIPT}),
    about_use=True,
)
