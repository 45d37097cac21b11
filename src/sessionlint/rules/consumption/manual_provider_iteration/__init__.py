from sessionlint.model.finding import Rule, Severity

RULE = Rule(
    code="SES507",
    name="manual-provider-iteration",
    severity=Severity.ERROR,
    why="Nobody drives the generator to its end, so the commit, rollback and close behind its `yield` run too early or never.",
    symptoms=(
        "IllegalStateChangeError: Method 'close()' can't be called here; method '_connection_for_bind()' is already in progress",
        "QueuePool limit of size 5 overflow 10 reached, connection timed out",
        "The garbage collector is trying to clean up non-checked-in connection",
        "RuntimeError: aclose(): asynchronous generator is already running",
        "rows never saved, and no error raised",
        "async generator ignored GeneratorExit",
        "GeneratorExit",
        "RecursionError: maximum recursion depth exceeded",
    ),
    hints=("anext(", "next(", "__anext__", "athrow", "__aexit__"),
    yields_to=("SES303", "SES305", "SES502"),
    uncovers=True,
)
