from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES104",
    name="driver-mismatch",
    severity=Severity.ERROR,
    why="The engine can never connect with this URL: its driver works for the other kind of engine only, or does not exist.",
    symptoms=(
        "The asyncio extension requires an async driver to be used",
        "MissingGreenlet: greenlet_spawn has not been called",
        "Can't load plugin: sqlalchemy.dialects:postgres",
    ),
    hints=("loaded_dbapi.connect(",),
    silent_in=frozenset({Role.STUB}),
)
