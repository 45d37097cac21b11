from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES410",
    name="missing-provider-annotation",
    severity=Severity.INFO,
    on=False,
    why="Without an annotation the session that is lent is `Any` to a type checker, which then finds no misuse of it.",
    symptoms=("Function is missing a return type annotation",),
    silent_in=frozenset(Role) - {Role.APPLICATION},
)
