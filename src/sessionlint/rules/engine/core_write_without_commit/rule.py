"""SES110 core-write-without-commit: a ``with engine.connect()`` block writes and ends without a commit.

Why: since SQLAlchemy 2.0 a connection begins a transaction with its first statement, and the end of the block rolls it
back. Nothing is raised and nothing is stored.

Fix safety: unsafe; ``engine.begin()`` instead of ``engine.connect()`` stores what was thrown away until now.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related
from sessionlint.rules.engine.core_write_without_commit import RULE
from sessionlint.rules.engine.core_write_without_commit.search import LostWrite, lost_writes


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for lost in lost_writes(project, module):
        from sessionlint.edits.connection_blocks import begin_fix

        yield RULE.finding(
            lost.write,
            f"this {lost.verb} is rolled back at the end of the block: nothing commits connection `{lost.name}`",
            related=tuple(_related(lost)),
            help=f"write `{_recipe(lost)}`, which commits, or call `{lost.name}.commit()`",
            fix=begin_fix(lost.connection),
        )


def _related(lost: LostWrite) -> Iterator[Related]:
    yield Related(lost.connection.place, "the connection is taken here, without `begin`")
    origin = lost.connection.engine.origin
    if origin is not None and origin.path != lost.write.path:
        yield Related(origin, "the engine is built here")


def _recipe(lost: LostWrite) -> str:
    return f"{'async with' if lost.connection.engine.is_async else 'with'} engine.begin() as {lost.name}:"
