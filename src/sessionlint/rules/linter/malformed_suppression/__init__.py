from sessionlint.model.finding import Rule, Severity

RULE = Rule(
    code="SES004",
    name="malformed-suppression",
    severity=Severity.WARNING,
    why="A comment that cannot be understood suppresses nothing.",
)
