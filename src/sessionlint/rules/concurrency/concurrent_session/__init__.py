from sessionlint.model.finding import Rule, Severity

RULE = Rule(
    code="SES601",
    name="concurrent-session",
    severity=Severity.ERROR,
    why="A session is one transaction on one connection: two coroutines that use it at once fail under load and lose writes.",
    symptoms=(
        "InvalidRequestError: This session is provisioning a new connection; concurrent operations are not permitted",
        "InterfaceError: cannot perform operation: another operation is in progress",
        "IllegalStateChangeError: Method 'close()' can't be called here; method '_connection_for_bind()' is already in progress",
        "InvalidRequestError: Session is already flushing",
        "InvalidRequestError: This session is in 'prepared' state; no further SQL can be emitted within this transaction",
    ),
    hints=("gather(", "TaskGroup", "as_completed(", "asyncio.wait("),
    about_use=True,
)
