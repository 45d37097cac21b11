"""SES403 provider-without-finally: a provider closes its session only when nothing was raised.

Why: FastAPI, like ``contextlib``, throws the caller's exception into the generator at its ``yield``. What stands behind
the ``yield`` without a ``finally`` does not run then, and the connection of each failed request stays checked out.

Fix safety: safe, ``with`` closes at the same point of the normal path; unsafe where the session, or what was read
through it, is used after the close.
"""

from collections.abc import Iterator

from sessionlint.edits.with_block import with_block_fix
from sessionlint.link.names.roles import Role
from sessionlint.link.project import Project
from sessionlint.model.facts import Call
from sessionlint.model.finding import Finding, Related, Rule, Severity
from sessionlint.questions.sessions.lives import Ending, Life
from sessionlint.rules.provider.provider_without_finally.search import UnguardedLoan, unguarded_loans

RULE = Rule(
    code="SES403",
    name="provider-without-finally",
    severity=Severity.ERROR,
    why="An exception in the route is raised at the `yield`; without a `finally`, each such request keeps its connection.",
    symptoms=(
        "QueuePool limit of size 5 overflow 10 reached, connection timed out",
        "The garbage collector is trying to clean up non-checked-in connection",
    ),
)


def check(project: Project) -> Iterator[Finding]:
    for found in unguarded_loans(project):
        role = project.role(found.function.module)
        if role not in (Role.TEST, Role.STUB):
            yield Finding(
                code=RULE.code,
                place=found.function.module.place(found.loan.term.span),
                message=_message(project, found),
                severity=Severity.INFO if role is Role.SCRIPT else RULE.severity,
                related=tuple(_related(found.life)),
                help=f"let a block close it: `{found.life.recipe}`",
                fix=with_block_fix(project, found.life),
            )


def _message(project: Project, found: UnguardedLoan) -> str:
    session = f"session `{found.life.name}`" if found.life.name else "the session"
    if found.life.ending is Ending.NEVER:
        return f"{session} is lent and never closed: its connection stays checked out until the garbage collector runs"
    user = "the route" if found.function in project.dependencies else "the code that uses it"
    return f"{session} is not closed when {user} raises: it is raised at this `yield`, and the connection stays checked out"


def _related(life: Life) -> Iterator[Related]:
    path = life.scope.module
    yield Related(life.place, "the session is opened here")
    for close in life.closes[:1]:
        call = next((outer for outer in close.path if isinstance(outer, Call)), close.term)
        yield Related(path.place(call.span), "closed only here")
