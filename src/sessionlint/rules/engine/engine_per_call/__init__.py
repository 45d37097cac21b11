from sessionlint.model.finding import Rule, Severity

RULE = Rule(
    code="SES103",
    name="engine-per-call",
    severity=Severity.ERROR,
    why="Each engine has a pool of its own, so every call opens new connections, until the database server refuses more.",
    symptoms=(
        "FATAL: sorry, too many clients already",
        "QueuePool limit of size 5 overflow 10 reached, connection timed out",
    ),
    hints=("create_engine(", "create_async_engine("),
)
