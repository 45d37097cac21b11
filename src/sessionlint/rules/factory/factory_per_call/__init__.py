from sessionlint.model.finding import Rule, Severity

RULE = Rule(
    code="SES204",
    name="factory-per-call",
    severity=Severity.INFO,
    why="A factory per call builds a class per call, and there is no one factory that a test or a start-up could configure.",
)
