from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES308",
    name="session-escapes-with",
    severity=Severity.ERROR,
    why="The block closes the session before anybody else can use it; every later use opens it again, and nothing closes that.",
    symptoms=(
        "This Connection is closed",
        "This Session has been permanently closed and is unable to handle any more transaction requests.",
        "QueuePool limit of size 5 overflow 10 reached, connection timed out",
    ),
    yields_to=("SES402",),
    silent_in=frozenset({Role.STUB}),
    milder_in=frozenset({Role.SCRIPT}),
    about_use=True,
)
