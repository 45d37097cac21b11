from sessionlint.model.finding import Rule, Severity

RULE = Rule(
    code="SES514",
    name="mixed-dependency-scope",
    severity=Severity.WARNING,
    why="Uses of one provider that differ in scope or cache give a request two sessions: two transactions, two connections.",
    symptoms=(
        "InvalidRequestError: Object '<User>' is already attached to session '6' (this is '5')",
        "QueuePool limit of size 5 overflow 10 reached, connection timed out",
    ),
)
