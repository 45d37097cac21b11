from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES310",
    name="redundant-close",
    severity=Severity.INFO,
    why="The block closes the session at this very point anyway.",
    silent_in=frozenset({Role.STUB}),
)
