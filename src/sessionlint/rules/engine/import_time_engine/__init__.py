from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES101",
    name="import-time-engine",
    severity=Severity.WARNING,
    why="Whatever imports this module (tests, alembic, --help) needs the database URL and its driver, and cannot choose another.",
    symptoms=(
        "Could not parse SQLAlchemy URL from given URL string",
        "Expected string or URL object, got None",
        "Can't load plugin: sqlalchemy.dialects:postgres",
    ),
    hints=("in <module>",),
    silent_in=frozenset(Role) - {Role.APPLICATION},
)
