"""SES319 endless-transaction: a loop that never ends runs SQL on a session from outside, and never ends its transaction.

Why: with REPEATABLE READ (MySQL's default) every query sees what the first one saw; in any database the connection, the locks and
the snapshot are held as long as the process lives, and objects that are loaded already are not loaded again.

Fix safety: there is no fix: whether a round is a session of its own or ends with a commit is for the author to say.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related
from sessionlint.model.source import Span
from sessionlint.rules.session.endless_transaction import RULE
from sessionlint.rules.session.endless_transaction.search import EndlessTransaction, endless_transactions

_MOST = 3


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for found in endless_transactions(project, module):
        yield _finding(project, found)


def _finding(project: Project, found: EndlessTransaction) -> Finding:
    scope = found.event.site.scope
    start = found.loop.span.start
    line = project.source(scope).position(start).line
    header = scope.module.place(Span(start, found.loop.body[0].span.start))
    return RULE.finding(
        found.event.place,
        f"nothing in the endless loop at line {line} ends the transaction of `{found.name}`: it may go on with old rows for ever",
        related=(
            Related(header, "the loop goes on until the process ends"),
            *(Related(wait.site.place, "it waits here, in the transaction") for wait in found.waits[:_MOST]),
        ),
        help=f"open a session in each round, or end each with `{found.name}.commit()` or `{found.name}.rollback()`",
    )
