from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES106",
    name="engine-across-event-loops",
    severity=Severity.WARNING,
    why="A connection belongs to the event loop that opened it, but the pool keeps it for the next loop.",
    symptoms=(
        "got Future attached to a different loop",
        "InterfaceError: cannot perform operation: another operation is in progress",
        "RuntimeError: Event loop is closed",
    ),
    hints=("asyncio.run(", "asgiref", "celery"),
    silent_in=frozenset({Role.STUB}),
)
