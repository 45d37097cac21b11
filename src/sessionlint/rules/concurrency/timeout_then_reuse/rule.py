"""SES609 timeout-then-reuse: a session is used again after a timeout has cancelled its operation.

Why: a cancelled operation leaves the transaction invalid. Whatever is asked of the session next fails until it is rolled back.

Fix safety: there is no fix: whether the work should be rolled back and tried again is for the author to say.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related
from sessionlint.rules.concurrency.timeout_then_reuse import RULE
from sessionlint.rules.concurrency.timeout_then_reuse.search import reuses_after_timeouts


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for found in reuses_after_timeouts(project, module):
        yield RULE.finding(
            found.place,
            f"after a timeout `{found.name}` is used again without a rollback: its transaction is invalid and this fails",
            related=(Related(found.limited, "the timeout cancels what runs here"),) if found.limited != found.place else (),
            help=f"`await {found.name}.rollback()` first",
        )
