from sessionlint.model.finding import Rule, Severity

RULE = Rule(
    code="SES003",
    name="unknown-suppression",
    severity=Severity.WARNING,
    why="A suppression that names no rule hides nothing.",
)
