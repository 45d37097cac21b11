from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES322",
    name="ddl-behind-open-transaction",
    severity=Severity.WARNING,
    why="The statement waits for a lock that the same function holds: the program hangs, without an error.",
    symptoms=(
        "drop_all() hangs for ever",
        "DROP TABLE waits for AccessExclusiveLock",
        "LockNotAvailable: canceling statement due to lock timeout",
        "Waiting for table metadata lock",
    ),
    silent_in=frozenset({Role.STUB}),
)
