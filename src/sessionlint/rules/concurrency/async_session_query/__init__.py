from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES606",
    name="async-session-query",
    severity=Severity.ERROR,
    why="AsyncSession has no query(): the line raises AttributeError every time it runs.",
    symptoms=("AttributeError: 'AsyncSession' object has no attribute 'query'",),
    silent_in=frozenset({Role.STUB}),
    about_use=True,
)
