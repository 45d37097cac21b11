from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES412",
    name="provider-yield-type",
    severity=Severity.WARNING,
    why="Callers are checked against the annotation: written for the wrong kind of session, they fail when they run.",
    symptoms=(
        "object ChunkedIteratorResult can't be used in 'await' expression",
        "'coroutine' object has no attribute 'scalars'",
        "'sessionmaker' object has no attribute 'execute'",
    ),
    silent_in=frozenset({Role.STUB}),
)
