from sessionlint.model.finding import Rule, Severity

RULE = Rule(
    code="SES006",
    name="missing-suppression-reason",
    severity=Severity.WARNING,
    why="This project wants to know why a finding is suppressed.",
)
