from sessionlint.model.finding import Rule, Severity

RULE = Rule(
    code="SES603",
    name="session-in-thread",
    severity=Severity.ERROR,
    why="A session has no lock: threads that share one lose writes or fail, and an async one belongs to its event loop.",
    symptoms=(
        "InvalidRequestError: Session is already flushing",
        "This session is in 'prepared' state; no further SQL can be emitted within this transaction",
        "MissingGreenlet: greenlet_spawn has not been called; can't call await_only() here",
        "got Future attached to a different loop",
        "SQLite objects created in a thread can only be used in that same thread",
        "lost synchronization with server: got message type",
        "Working outside of application context",
    ),
    hints=("to_thread(", "run_in_executor(", "run_in_threadpool(", "Thread("),
    about_use=True,
)
