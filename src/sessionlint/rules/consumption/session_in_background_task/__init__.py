from sessionlint.model.finding import Rule, Severity

RULE = Rule(
    code="SES510",
    name="session-in-background-task",
    severity=Severity.WARNING,
    why="The task outlives the request: it gets a session that is closed, or keeps the request's connection until it is done.",
    symptoms=(
        "DetachedInstanceError: Parent instance is not bound to a Session; lazy load operation of attribute cannot proceed",
        "QueuePool limit of size 5 overflow 10 reached, connection timed out",
        "DetachedInstanceError: Instance is not bound to a Session",
    ),
    hints=("starlette/background.py", "BackgroundTask"),
)
