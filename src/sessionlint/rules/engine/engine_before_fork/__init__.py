from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES112",
    name="engine-before-fork",
    severity=Severity.WARNING,
    why="Parent and child share the connections in the pool and read each other's results from them.",
    on=False,
    symptoms=(
        "error with status PGRES_TUPLES_OK and no message from the libpq",
        "This result object does not return rows. It has been closed automatically.",
        "SSL error: decryption failed or bad record mac",
        "lost synchronization with server: got message type",
        "server closed the connection unexpectedly",
    ),
    hints=("celery/app/trace.py", "multiprocessing/", "gunicorn/"),
    silent_in=frozenset({Role.TEST, Role.MIGRATION, Role.STUB}),
)
