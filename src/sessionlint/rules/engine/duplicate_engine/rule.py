"""SES113 duplicate-engine: a second engine is built for the URL of another one.

Why: each engine has a pool of its own. Their limits add up on the database server, and a session of one does not see what an
uncommitted session of the other did.

Fix safety: none; which of the engines stays is for a person to say.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model import walk
from sessionlint.model.facts import Assign
from sessionlint.model.finding import Finding, Related
from sessionlint.questions.references.module_names import telling_name
from sessionlint.rules.engine.duplicate_engine import RULE
from sessionlint.rules.engine.duplicate_engine.search import DuplicateEngine, duplicate_engines


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for engine in duplicate_engines(project, module):
        first = _named(engine)
        yield RULE.finding(
            engine.place,
            f"another engine for the URL `{engine.url}`: it has a pool of its own, and the limits of both add up",
            related=(Related(engine.first.place, f"{first or 'the first one'} is built here"),),
            help=f"{'use' if engine.first.scope.module is module else 'import'} {first or 'the first one'}",
        )


def _named(engine: DuplicateEngine) -> str:
    """The first engine with its module: in a repository of several programs many are called `engine`."""
    statement, scope = engine.first.statement, engine.first.scope
    name = walk.dotted(statement.targets[0]) if isinstance(statement, Assign) and isinstance(scope, ModuleScope) else None
    return f"`{telling_name(scope.module.name, scope.module.path)}.{name}`" if name else ""
