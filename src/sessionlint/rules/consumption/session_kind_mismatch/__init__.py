from sessionlint.model.finding import Rule, Severity

RULE = Rule(
    code="SES508",
    name="session-kind-mismatch",
    severity=Severity.ERROR,
    why="Neither FastAPI nor a type checker compares the two, so the route is written for a class that it does not get.",
    symptoms=(
        "TypeError: object int can't be used in 'await' expression",
        "TypeError: object ChunkedIteratorResult can't be used in 'await' expression",
        "AttributeError: 'AsyncSession' object has no attribute 'query'",
        "RuntimeWarning: coroutine 'AsyncSession.execute' was never awaited",
        "TypeError: 'coroutine' object is not iterable",
        "AttributeError: 'coroutine' object has no attribute 'scalars'",
    ),
    about_use=True,
)
