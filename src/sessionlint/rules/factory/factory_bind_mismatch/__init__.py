from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES202",
    name="factory-bind-mismatch",
    severity=Severity.ERROR,
    why="Sessions and pools that do not fit their engine raise at the first use, if not when they are built.",
    symptoms=(
        "AsyncEngine expected, got Engine",
        "AsyncEngine expected, got async_sessionmaker",
        "AttributeError: 'sessionmaker' object has no attribute 'connect'",
        "AsyncContextNotStarted: AsyncConnection context has not been started and object has not been awaited",
        "Pool class QueuePool cannot be used with asyncio engine",
        "Invalid argument(s) 'pool_size' sent to create_engine()",
    ),
    silent_in=frozenset({Role.STUB}),
)
