from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES105",
    name="pool-options-in-url",
    severity=Severity.ERROR,
    why="The query of a URL goes to the driver, not to the pool: connecting fails, or the pool silently keeps its defaults.",
    symptoms=(
        'invalid dsn: invalid connection option "pool_size"',
        "connect() got an unexpected keyword argument 'pool_size'",
    ),
    silent_in=frozenset({Role.STUB}),
)
