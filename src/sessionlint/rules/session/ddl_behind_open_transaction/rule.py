"""SES322 ddl-behind-open-transaction: tables are dropped or changed on a second connection while a session holds its transaction.

Why: a table that a transaction has read stays locked until it ends; ``DROP TABLE`` on another connection waits for it
(PostgreSQL, "Explicit Locking"), and the transaction waits for the call to return: for ever, and no database sees a deadlock.

Fix safety: there is no fix: whether the session is left before, or its own connection used, is for the author to say.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related
from sessionlint.rules.session.ddl_behind_open_transaction import RULE
from sessionlint.rules.session.ddl_behind_open_transaction.search import Blocked, blocked_ddl


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for found in blocked_ddl(project, module):
        yield _finding(project, found)


def _finding(project: Project, found: Blocked) -> Finding:
    line = project.source(found.site.scope).position(found.since.span.start).line
    return RULE.finding(
        found.site.place,
        f"{found.does} waits for ever: it runs on a second connection, and `{found.name}` holds a transaction since line {line}",
        related=(Related(found.since, "the transaction is open from here on"),),
        help=f"leave the session's block, commit or roll back before, or run it on `{found.name}.connection()`",
    )
