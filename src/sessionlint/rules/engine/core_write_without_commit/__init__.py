from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES110",
    name="core-write-without-commit",
    severity=Severity.WARNING,
    why="The block rolls back at its end, so the write is lost without an error.",
    symptoms=(
        "rows are missing after an insert that raised nothing",
        "ROLLBACK in the log of the engine after each INSERT",
        "rows never saved, and no error raised",
    ),
    silent_in=frozenset({Role.TEST, Role.STUB}),
)
