from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES317",
    name="foreign-session-closed",
    severity=Severity.WARNING,
    why="The session's owner goes on with it: its uncommitted changes are gone without an error, and its objects are detached.",
    on=False,
    symptoms=("is not bound to a Session; attribute refresh operation cannot proceed",),
    silent_in=frozenset(Role) - {Role.APPLICATION},
)
