from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES209",
    name="scoped-session-not-removed",
    severity=Severity.WARNING,
    why="Each thread or task keeps its session, with its connection and its transaction, until somebody removes it.",
    symptoms=("QueuePool limit of size 5 overflow 10 reached, connection timed out",),
    hints=("threading.py", "concurrent/futures/thread.py"),
    yields_to=("SES208",),
    silent_in=frozenset(Role) - {Role.APPLICATION},
)
