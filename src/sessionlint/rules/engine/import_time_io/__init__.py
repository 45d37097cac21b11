from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES102",
    name="import-time-io",
    severity=Severity.ERROR,
    why="Whatever imports this module needs a database that is up: tests, alembic, --help, and every worker that starts.",
    symptoms=(
        "OperationalError: connection to server failed: Connection refused, at import",
        "asyncio.run() cannot be called from a running event loop",
        "Working outside of application context",
    ),
    yields_to=("SES114",),
    silent_in=frozenset(Role) - {Role.APPLICATION},
)
