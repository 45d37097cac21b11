from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES605",
    name="superfluous-await",
    severity=Severity.ERROR,
    why="Awaiting what is no awaitable raises TypeError every time the line runs.",
    symptoms=(
        "TypeError: object NoneType can't be used in 'await' expression",
        "TypeError: object ScalarResult can't be used in 'await' expression",
        "TypeError: object AsyncSession can't be used in 'await' expression",
    ),
    silent_in=frozenset({Role.STUB}),
    about_use=True,
)
