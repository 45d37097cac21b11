from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES319",
    name="endless-transaction",
    severity=Severity.WARNING,
    why="The worker does not see what others commit, holds its connection for ever, and keeps the database from cleaning up.",
    symptoms=(
        "the worker does not see new rows until it is restarted",
        "terminating connection due to idle-in-transaction timeout",
        "MySQL server has gone away",
    ),
    silent_in=frozenset({Role.TEST, Role.STUB, Role.MIGRATION}),
)
