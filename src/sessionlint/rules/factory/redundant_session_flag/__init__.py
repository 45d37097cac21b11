from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES206",
    name="redundant-session-flag",
    severity=Severity.INFO,
    why="SQLAlchemy 2.0 accepts no other value, so the argument only suggests a choice that is not there.",
    on=False,
    silent_in=frozenset({Role.STUB}),
)
