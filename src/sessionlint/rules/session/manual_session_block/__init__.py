from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES316",
    name="manual-session-block",
    severity=Severity.INFO,
    why="The block is right, but each copy of it can lose its `finally` or its `raise`; a `with` cannot.",
    on=False,
    silent_in=frozenset({Role.STUB}),
)
