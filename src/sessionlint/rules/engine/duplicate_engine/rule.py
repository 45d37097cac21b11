"""SES113 duplicate-engine: a second engine is built for the URL of another one.

Why: each engine has a pool of its own. Their limits add up on the database server, and a session of one does not see what an
uncommitted session of the other did.

Fix safety: none; which of the engines stays is for a person to say.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related, Rule, Severity
from sessionlint.model.role import Role
from sessionlint.rules.engine.duplicate_engine.search import duplicate_engines

RULE = Rule(
    code="SES113",
    name="duplicate-engine",
    severity=Severity.INFO,
    why="Each engine has a pool of its own: the connections of all of them add up on the database server.",
    on=False,
    symptoms=(
        "FATAL: sorry, too many clients already",
        "database is locked",
        "QueuePool limit of size 5 overflow 10 reached, connection timed out",
    ),
    yields_to=("SES103",),
    silent_in=frozenset(Role) - {Role.APPLICATION},
)


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for engine in duplicate_engines(project, module):
        yield RULE.finding(
            engine.place,
            f"another engine for the URL `{engine.url}`: it has a pool of its own, and the limits of both add up",
            related=(Related(engine.first, "the first one is built here"),),
            help="import the first one",
        )
