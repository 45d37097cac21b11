from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES408",
    name="generator-exit-handler",
    severity=Severity.INFO,
    why="GeneratorExit means that nobody waits any more: a handler mends nothing, and what it does with the session is too late.",
    symptoms=(
        "generator ignored GeneratorExit",
        "async generator ignored GeneratorExit",
        "GeneratorExit",
    ),
    silent_in=frozenset({Role.STUB}),
)
