from sessionlint.model.finding import Rule, Severity

RULE = Rule(
    code="SES602",
    name="session-in-task",
    severity=Severity.ERROR,
    why="A task runs on while its session is used or closed by others: operations collide, and a connection is not returned.",
    symptoms=(
        "IllegalStateChangeError: Method 'close()' can't be called here; method '_connection_for_bind()' is already in progress",
        "DetachedInstanceError: Parent instance is not bound to a Session; lazy load operation of attribute cannot proceed",
        "InvalidRequestError: This session is provisioning a new connection; concurrent operations are not permitted",
        "QueuePool limit of size 5 overflow 10 reached, connection timed out",
    ),
    yields_to=("SES601", "SES608"),
    about_use=True,
)
