from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES311",
    name="direct-session",
    severity=Severity.WARNING,
    why="This project opens its sessions through one helper, so that commit, rollback and close are the same everywhere.",
    on=False,
    on_with="session-provider",
    symptoms=("DetachedInstanceError: Instance is not bound to a Session; attribute refresh operation cannot proceed",),
    yields_to=("SES301", "SES302", "SES303", "SES304", "SES305", "SES308", "SES315"),
    silent_in=frozenset({Role.TEST, Role.MIGRATION, Role.STUB}),
)
