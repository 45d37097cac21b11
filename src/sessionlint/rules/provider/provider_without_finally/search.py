"""Yields behind which a session is left open when an exception is thrown in."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import FunctionScope
from sessionlint.link.project import Project
from sessionlint.model import walk
from sessionlint.model.records import dataclass
from sessionlint.questions.providers.lending import Loan, loans
from sessionlint.questions.sessions.lives import Ending, Life


@dataclass(frozen=True, slots=True, eq=False)
class UnguardedLoan:
    """``function`` lends the session of ``life`` by ``loan``, and an exception raised there leaves it open."""

    function: FunctionScope
    life: Life
    loan: Loan


def unguarded_loans(project: Project) -> Iterator[UnguardedLoan]:
    """The first such yield of every session that a generator function opens; not where the yield is always resumed."""
    for function in project.functions():
        if not function.node.is_generator or project.is_resumed(function):
            continue
        for life in project.lives_in(function):
            loan = next((loan for loan in loans(function) if _lends(loan, life) and _is_left_open(loan, life)), None)
            if loan is not None:
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
