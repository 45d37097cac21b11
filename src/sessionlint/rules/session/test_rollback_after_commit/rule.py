"""SES323 test-rollback-after-commit: a fixture rolls back to undo what a test has done, and it has been committed before.

Why: a rollback undoes what was not committed. For a test to leave nothing behind, the session has to join an outer transaction of
its connection, and to commit savepoints only (SQLAlchemy, "Joining a Session into an External Transaction").

Fix safety: there is no fix: the fixture has to be built anew.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related
from sessionlint.rules.session.test_rollback_after_commit import RULE
from sessionlint.rules.session.test_rollback_after_commit.search import UselessRollback, useless_rollbacks


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for found in useless_rollbacks(project, module):
        yield _finding(found)


def _finding(found: UselessRollback) -> Finding:
    return RULE.finding(
        found.rollback.place,
        f"nothing is left to roll back: what uses the fixture `{found.fixture}` commits its session",
        related=(Related(found.commit, "committed here"),),
        help='bind it to a connection in a transaction, with join_transaction_mode="create_savepoint", and roll that back',
    )
