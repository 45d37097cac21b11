from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES405",
    name="commit-after-yield",
    severity=Severity.WARNING,
    why="FastAPI sends the response first: a failing commit was answered with success, and the next request may come before it.",
    symptoms=(
        "row missing after 201",
        "data not saved although the response was 200",
        "404 right after POST",
        "rows never saved, and no error raised",
    ),
    silent_in=frozenset({Role.TEST, Role.STUB}),
)
