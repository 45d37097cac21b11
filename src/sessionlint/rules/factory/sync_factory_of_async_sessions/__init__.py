from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES201",
    name="sync-factory-of-async-sessions",
    severity=Severity.WARNING,
    why="Type checkers take what it makes for a synchronous Session: they reject `async with` and miss a forgotten `await`.",
    symptoms=(
        'No overload variant of "sessionmaker" matches argument types "AsyncEngine", "type[AsyncSession]"',
        'Type argument "AsyncSession" of "sessionmaker" must be a subtype of "Session"',
        '"Session" has no attribute "__aenter__"',
    ),
    silent_in=frozenset({Role.STUB}),
)
