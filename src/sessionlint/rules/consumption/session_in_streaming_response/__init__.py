from sessionlint.model.finding import Rule, Severity

RULE = Rule(
    code="SES511",
    name="session-in-streaming-response",
    severity=Severity.WARNING,
    why="The body is sent after the route has returned: its session is closed by then, or keeps a connection for a slow client.",
    symptoms=(
        "QueuePool limit of size 5 overflow 10 reached, connection timed out",
        "DetachedInstanceError: Parent instance is not bound to a Session; lazy load operation of attribute cannot proceed",
        "terminating connection due to idle-in-transaction timeout",
    ),
    hints=("sse_starlette", "stream_response(", "StreamingResponse", "EventSourceResponse"),
)
