from sessionlint.model.finding import Rule, Severity

RULE = Rule(
    code="SES512",
    name="session-in-websocket",
    severity=Severity.WARNING,
    why="Each open WebSocket keeps a connection of the pool for as long as its client stays.",
    symptoms=(
        "QueuePool limit of size 5 overflow 10 reached, connection timed out",
        "terminating connection due to idle-in-transaction timeout",
    ),
    hints=("websocket",),
)
