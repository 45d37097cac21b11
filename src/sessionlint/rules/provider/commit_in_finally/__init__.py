from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES406",
    name="commit-in-finally",
    severity=Severity.ERROR,
    why="A `finally` also runs after an error, so what a failed request wrote until then is saved.",
    symptoms=(
        "partial data is saved although the request failed",
        "PendingRollbackError: This Session's transaction has been rolled back due to a previous exception during flush",
    ),
    silent_in=frozenset({Role.TEST, Role.STUB}),
    about_use=True,
)
