"""SES406 commit-in-finally: half-done work is committed when the route raises.

Why: a ``finally`` runs on every way out. A route that writes, then finds out that it must refuse, and raises
``HTTPException(400)``, has its half-done writes committed.

Fix safety: unsafe, after an error nothing is committed any more.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related, Rule, Severity
from sessionlint.model.role import Role
from sessionlint.questions.providers.commits import commits_in_finally

RULE = Rule(
    code="SES406",
    name="commit-in-finally",
    severity=Severity.ERROR,
    why="A `finally` also runs after an error, so what a failed request wrote until then is saved.",
    symptoms=(
        "partial data is saved although the request failed",
        "PendingRollbackError: This Session's transaction has been rolled back due to a previous exception during flush",
    ),
    silent_in=frozenset({Role.TEST, Role.STUB}),
    about_use=True,
)


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for found in commits_in_finally(project, module):
        from sessionlint.rules.provider.commit_in_finally.fix import moved_commit_fix

        user = "a route" if found.lender.is_dependency else "the code that uses the session"
        yield RULE.finding(
            found.place,
            f"this commit also runs when {user} raises: what it wrote until then is saved half done",
            related=(Related(found.lender.place(found.loan.term), "the error is raised at this `yield`"),),
            help="commit before the `finally`, where nothing was raised, or in the code that writes",
            fix=moved_commit_fix(project, found),
        )
