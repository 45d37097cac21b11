from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES205",
    name="redundant-session-class",
    severity=Severity.INFO,
    why="async_sessionmaker makes AsyncSession by default; the argument is a leftover of sessionmaker(class_=AsyncSession).",
    on=False,
    silent_in=frozenset({Role.STUB}),
)
