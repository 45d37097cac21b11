"""SES315 write-without-commit: a session of one's own writes, and its block ends without a commit.

Why: closing a session rolls back what was not committed, without an exception and without a warning (SQLAlchemy, "Closing").

Fix safety: none; a commit writes what has not been written so far.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related
from sessionlint.rules.session.write_without_commit import RULE
from sessionlint.rules.session.write_without_commit.search import LostWrite, lost_writes


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for lost in lost_writes(project, module):
        yield RULE.finding(
            lost.event.place,
            f"what session `{lost.block.name}` writes here is never committed: the end of its block rolls it back",
            related=(Related(lost.block.place, "opened, and rolled back at the end, by this block"),),
            help=_help(lost),
        )


def _help(lost: LostWrite) -> str:
    wait = "await " if getattr(lost.block.held, "is_async", False) else ""
    return f"end the block with `{wait}{lost.block.name}.commit()`"
