from sessionlint.model.finding import Rule, Severity

RULE = Rule(
    code="SES323",
    name="test-rollback-after-commit",
    severity=Severity.INFO,
    why="What one test has committed is there for the next: tests pass alone and fail together, or the other way round.",
    on=False,
    symptoms=(
        "rows of one test are seen by the next one",
        "IntegrityError: UNIQUE constraint failed, in the second run of the tests",
    ),
)
