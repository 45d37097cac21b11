from sessionlint.model.finding import Rule, Severity

RULE = Rule(
    code="SES607",
    name="context-kind-mismatch",
    severity=Severity.ERROR,
    why="The wrong kind of with raises TypeError before the first line of the block runs.",
    symptoms=(
        "TypeError: 'AsyncSession' object does not support the context manager protocol",
        "TypeError: 'Session' object does not support the asynchronous context manager protocol",
        "TypeError: 'sessionmaker' object does not support the context manager protocol",
        "TypeError: 'async_sessionmaker' object does not support the asynchronous context manager protocol",
        "AttributeError: __enter__",
        "AttributeError: __aenter__",
    ),
)
