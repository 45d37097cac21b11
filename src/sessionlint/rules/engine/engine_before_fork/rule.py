"""SES112 engine-before-fork: a process forks with open connections in its pool, and the children use the same engine.

Why: a fork copies the pool, and parent and children then speak on one and the same connection at once: they read each other's
results (SQLAlchemy, "Using Connection Pools with Multiprocessing or os.fork()").

Fix safety: none; where the child begins is for a person to say.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related
from sessionlint.rules.engine.engine_before_fork import RULE
from sessionlint.rules.engine.engine_before_fork.prefork import preforked_engines
from sessionlint.rules.engine.engine_before_fork.search import ForkedEngine, forked_engines


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for found in forked_engines(project, module):
        yield RULE.finding(
            found.place,
            "the child process gets open connections of its parent's pool: both read each other's results from them",
            related=tuple(_related(found)),
            help="call `engine.dispose(close=False)` first in the child",
        )
    for early in preforked_engines(project, module):
        yield RULE.finding(
            early.place,
            f"{early.server} forks its workers behind this: they get the open connections of the parent's pool, and read one"
            " another's results from them",
            related=(
                Related(early.inside.place, "a worker uses the engine here"),
                Related(early.engine, "the engine is built here"),
            ),
            help=f"use the engine in the workers only, or call `engine.dispose(close=False)` in {_STARTS[early.server]}",
        )


_STARTS = {"Celery": "the signal `worker_process_init`", "gunicorn": "`post_fork`"}


def _related(found: ForkedEngine) -> Iterator[Related]:
    yield Related(found.before.place, "the parent has used the engine before")
    yield Related(found.inside.place, "the child uses it here")
    yield Related(found.engine, "the engine is built here")
