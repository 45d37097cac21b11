from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES315",
    name="write-without-commit",
    severity=Severity.WARNING,
    why="The end of the block rolls back what was not committed: nothing is saved, and nothing says so.",
    symptoms=("rows never saved, and no error raised",),
    silent_in=frozenset({Role.TEST, Role.STUB}),
)
