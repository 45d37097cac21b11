from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES318",
    name="rollback-in-loop",
    severity=Severity.ERROR,
    why="One bad row takes the good ones before it along: nothing tells of the rows that are missing afterwards.",
    symptoms=("rows of an import are missing, and no error was raised", "ObjectDeletedError: Instance has been deleted"),
    silent_in=frozenset({Role.STUB}),
    about_use=True,
)
