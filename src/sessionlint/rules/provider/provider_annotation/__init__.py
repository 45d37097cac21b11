from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES401",
    name="provider-annotation",
    severity=Severity.WARNING,
    why="A function that yields returns a generator, so whoever calls it directly gets something else than its annotation says.",
    symptoms=(
        'The return type of a generator function should be "Generator" or one of its supertypes',
        'The return type of an async generator function should be "AsyncGenerator" or one of its supertypes',
    ),
    silent_in=frozenset({Role.STUB}),
)
