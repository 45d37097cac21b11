"""SES107 sqlite-memory-pool: an in-memory SQLite database is shared with another thread, and its pool does not share it.

Why: SQLAlchemy gives each thread a connection of its own to ``sqlite://``, and each connection has a database of its own,
which is empty. ``TestClient`` runs the application in another thread than the test.

Fix safety: unsafe; ``poolclass=StaticPool`` gives all threads one connection and with it one transaction.
"""

from collections.abc import Iterator

from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related, Rule, Severity
from sessionlint.rules.engine.sqlite_memory_pool.fix import static_pool_fix
from sessionlint.rules.engine.sqlite_memory_pool.search import shared_memory_engines

RULE = Rule(
    code="SES107",
    name="sqlite-memory-pool",
    severity=Severity.WARNING,
    why="Each thread gets an empty in-memory database of its own, so the application does not see the test's tables.",
    symptoms=(
        "no such table",
        "SQLite objects created in a thread can only be used in that same thread",
    ),
)


def check(project: Project) -> Iterator[Finding]:
    for engine in shared_memory_engines(project):
        yield Finding(
            code=RULE.code,
            place=engine.url.site.place,
            message="each thread gets an in-memory database of its own: the application in the TestClient finds no tables",
            severity=RULE.severity,
            related=(Related(engine.client, "the application runs in a thread of this client"),),
            help='add `poolclass=StaticPool, connect_args={"check_same_thread": False}`',
            fix=static_pool_fix(project, engine.url.site),
        )
