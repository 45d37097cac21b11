from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES309",
    name="lazy-result-escapes",
    severity=Severity.WARNING,
    why="The rows are read after the session was closed: a Query opens it again, a result of objects raises.",
    symptoms=(
        "cannot be converted to 'persistent' state, as this identity map is no longer valid.",
        "named cursor isn't valid anymore",
        "QueuePool limit of size 5 overflow 10 reached, connection timed out",
    ),
    silent_in=frozenset({Role.STUB}),
)
