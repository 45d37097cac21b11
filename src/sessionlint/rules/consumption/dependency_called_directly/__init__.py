from sessionlint.model.finding import Rule, Severity

RULE = Rule(
    code="SES513",
    name="dependency-called-directly",
    severity=Severity.WARNING,
    why="In a plain call a parameter with `= Depends(...)` is that object and no session: the first use of it fails.",
    symptoms=(
        "AttributeError: 'Depends' object has no attribute 'query'",
        "AttributeError: 'Depends' object has no attribute 'scalars'",
        "AttributeError: 'Depends' object has no attribute 'execute'",
    ),
    yields_to=("SES505", "SES506", "SES507"),
)
