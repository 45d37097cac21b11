from sessionlint.model.finding import Rule, Severity

RULE = Rule(
    code="SES005",
    name="expired-suppression",
    severity=Severity.WARNING,
    why="A suppression with a date was meant to be gone by then.",
)
