from sessionlint.model.finding import Rule, Severity

RULE = Rule(
    code="SES107",
    name="sqlite-memory-pool",
    severity=Severity.WARNING,
    why="Each thread gets an empty in-memory database of its own, so the application does not see the test's tables.",
    symptoms=(
        "no such table",
        "SQLite objects created in a thread can only be used in that same thread",
    ),
)
