from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES207",
    name="removed-session-flag",
    severity=Severity.ERROR,
    why="SQLAlchemy 2.0 has no such session any more: opening one raises ArgumentError.",
    symptoms=(
        "autocommit=True is no longer supported",
        "The 'future' parameter passed to Session() may only be set to True.",
    ),
    silent_in=frozenset({Role.STUB}),
)
