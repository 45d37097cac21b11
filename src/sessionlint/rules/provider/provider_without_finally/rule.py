"""SES403 provider-without-finally: a provider closes its session only when nothing was raised.

Why: FastAPI, like ``contextlib``, throws the caller's exception into the generator at its ``yield``. What stands behind
the ``yield`` without a ``finally`` does not run then, and the connection of each failed request stays checked out.

Fix safety: safe, ``with`` closes at the same point of the normal path; unsafe where the session, or what was read
through it, is used after the close.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import FunctionScope, ModuleScope
from sessionlint.link.project import Project
from sessionlint.model import walk
from sessionlint.model.facts import Call
from sessionlint.model.finding import Finding, Related
from sessionlint.model.records import dataclass
from sessionlint.questions.injection.dependencies import is_dependency
from sessionlint.questions.injection.resources import is_resumed
from sessionlint.questions.providers.lending import Loan, loans
from sessionlint.questions.sessions.lives import Ending, Life, lives_in
from sessionlint.rules.provider.provider_without_finally import RULE


@dataclass(frozen=True, slots=True, eq=False)
class UnguardedLoan:
    """``function`` lends the session of ``life`` by ``loan``, and an exception raised there leaves it open."""

    function: FunctionScope
    life: Life
    loan: Loan


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for found in unguarded_loans(project, module):
        from sessionlint.edits.with_block import with_block_fix

        yield RULE.finding(
            module.place(found.loan.term.span),
            _message(project, found),
            related=tuple(_related(found.life)),
            help=f"let a block close it: `{found.life.recipe}`",
            fix=with_block_fix(project, found.life),
        )


def _message(project: Project, found: UnguardedLoan) -> str:
    session = f"session `{found.life.name}`" if found.life.name else "the session"
    if found.life.ending is Ending.NEVER:
        return f"{session} is lent and never closed: its connection stays checked out until the garbage collector runs"
    user = "the route" if is_dependency(project, found.function) else "the code that uses it"
    return f"{session} is not closed when {user} raises: it is raised at this `yield`, and the connection stays checked out"


def _related(life: Life) -> Iterator[Related]:
    path = life.scope.module
    yield Related(life.place, "the session is opened here")
    for close in life.closes[:1]:
        call = next((outer for outer in close.path if isinstance(outer, Call)), close.term)
        yield Related(path.place(call.span), "closed only here")


def unguarded_loans(project: Project, module: ModuleScope) -> Iterator[UnguardedLoan]:
    """The first such yield of every session that a generator function opens, at its opening or behind it (a session that was
    given may be lent before); not where the yield is always resumed."""
    for function in module.functions:
        if not function.node.is_generator or is_resumed(project, function):
            continue
        for life in lives_in(project, function):
            behind = (loan for loan in loans(function) if loan.term.span.end >= life.opening.term.span.end)
            if (loan := next((loan for loan in behind if _lends(loan, life) and _is_left_open(loan, life)), None)) is not None:
                yield UnguardedLoan(function, life, loan)


def _lends(loan: Loan, life: Life) -> bool:
    if loan.term.delegated or loan.term.value is None:
        return False
    return loan.term in life.opening.path[:2] or walk.dotted(loan.term.value) in life.names


def _is_left_open(loan: Loan, life: Life) -> bool:
    """Whether the session stays open on a path that leaves at the yield or behind it, not only on one before."""
    if life.ending is Ending.NEVER:
        return True
    leaks = (*life.leaks.on_error, *life.leaks.on_exit)
    return life.ending is Ending.PARTLY and any(leak.start >= loan.statement.span.start for leak in leaks)
