from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES111",
    name="engine-not-disposed",
    severity=Severity.INFO,
    why="Asynchronous connections cannot be closed by the garbage collector: they stay open until the server drops them.",
    on=False,
    symptoms=(
        "RuntimeError: Event loop is closed",
        "The garbage collector is trying to clean up non-checked-in connection",
        "ResourceWarning: unclosed transport",
        "got Future attached to a different loop",
    ),
    speaking_against=("asyncio.run(", "asgiref"),
    yields_to=("SES103",),
    silent_in=frozenset({Role.TEST, Role.MIGRATION, Role.STUB}),
)
