from sessionlint.model.finding import Rule, Severity

RULE = Rule(
    code="SES409",
    name="duplicate-provider",
    severity=Severity.WARNING,
    why="Two providers give one request two sessions: two transactions, two connections, and objects that belong to one of them.",
    symptoms=(
        "InvalidRequestError: Object '<User>' is already attached to session '6' (this is '5')",
        "QueuePool limit of size 5 overflow 10 reached, connection timed out",
    ),
)
