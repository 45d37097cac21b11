from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES604",
    name="missing-await",
    severity=Severity.ERROR,
    why="A coroutine that nobody awaits never runs: what it should have saved, deleted or read is silently missing.",
    symptoms=(
        "RuntimeWarning: coroutine 'AsyncSession.commit' was never awaited",
        "AttributeError: 'coroutine' object has no attribute 'scalars'",
        "TypeError: 'coroutine' object is not iterable",
        "TypeError: 'coroutine' object is not subscriptable",
        "rows never saved, and no error raised",
    ),
    silent_in=frozenset({Role.STUB}),
    uncovers=True,
    about_use=True,
)
