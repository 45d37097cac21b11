from sessionlint.model.finding import Rule, Severity

RULE = Rule(
    code="SES002",
    name="unused-suppression",
    severity=Severity.WARNING,
    why="A suppression that hides nothing today will hide the next real finding on its line.",
)
