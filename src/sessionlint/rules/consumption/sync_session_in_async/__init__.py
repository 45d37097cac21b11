from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES509",
    name="sync-session-in-async",
    severity=Severity.ERROR,
    why="While the sync session waits, the event loop serves nobody else; waiting for the pool, it can stand still for good.",
    symptoms=(
        "QueuePool limit of size 5 overflow 10 reached, connection timed out",
        "Executing <Task pending> took 1.020 seconds",
    ),
    hints=("await dependant.call(",),
    speaking_against=("greenlet_spawn", "sqlalchemy/ext/asyncio"),
    yields_to=("SES506", "SES607"),
    silent_in=frozenset(Role) - {Role.APPLICATION},
    about_use=True,
)
