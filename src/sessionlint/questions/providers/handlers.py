"""The ``except`` clauses around the yield of a generator that lends a session."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Block, For, Handler, Raise, Try, While
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.leaving.ways import Way, ways_out
from sessionlint.questions.providers.lending import Lender, Loan, following, header, lenders, session_calls

_GENERATOR_EXIT = kinds.External("builtins.GeneratorExit")


@dataclass(frozen=True, slots=True, eq=False)
class GuardedLoan:
    """``handler`` belongs to a ``try`` in whose body the ``loan`` lies."""

    lender: Lender
    loan: Loan
    guard: Try
    handler: Handler

    @property
    def place(self) -> Place:
        """The head of the handler: ``except ValueError``."""
        return self.lender.function.module.place(header(self.handler))


@dataclass(frozen=True, slots=True, eq=False)
class GeneratorExitHandler:
    """A handler of GeneratorExit alone; ``second`` is a yield in it, ``ends`` "commit" or "rollback", if it does one."""

    guarded: GuardedLoan
    second: Loan | None
    ends: str | None


def swallowing_handlers(project: Project, module: ModuleScope) -> Iterator[GuardedLoan]:
    """Handlers behind which the generator can finish as if nothing had been raised at its yield."""
    for guarded in _guarded_loans(project, module):
        if any(isinstance(outer, For | While) for outer, _ in guarded.loan.around):
            continue  # a loop that tries again does not finish
        if not _is_generator_exit(project, guarded) and _can_finish(project, guarded):
            yield guarded


def generator_exit_handlers(project: Project, module: ModuleScope) -> Iterator[GeneratorExitHandler]:
    """Handlers of GeneratorExit that do more than to raise it again."""
    for guarded in _guarded_loans(project, module):
        function, body = guarded.lender.function, guarded.handler.body
        if not _is_generator_exit(project, guarded) or (len(body) == 1 and isinstance(body[0], Raise)):
            continue
        ends = (
            method
            for method in ("commit", "rollback")
            for statement in body
            if any(True for _ in session_calls(project, statement, function, method))
        )
        second = next((loan for loan in guarded.lender.loans if guarded.handler.span.contains(loan.term.span)), None)
        yield GeneratorExitHandler(guarded, second, next(ends, None))


def _guarded_loans(project: Project, module: ModuleScope) -> Iterator[GuardedLoan]:
    """Every handler around a yield once, with the first yield in its ``try``."""
    for lender in lenders(project, module):
        seen: set[Handler] = set()
        for loan in lender.loans:
            for guard in loan.guards:
                for handler in guard.handlers:
                    if handler not in seen:
                        seen.add(handler)
                        yield GuardedLoan(lender, loan, guard, handler)


def _is_generator_exit(project: Project, guarded: GuardedLoan) -> bool:
    caught = guarded.handler.type
    return caught is not None and project.kind(caught, guarded.lender.function) == _GENERATOR_EXIT


def _can_finish(project: Project, guarded: GuardedLoan) -> bool:
    ways = ways_out(project, guarded.handler.body, guarded.lender.function)
    if Way.ENDS in ways:
        return True
    return Way.FALLS in ways and not _raises_later(guarded)


def _raises_later(guarded: GuardedLoan) -> bool:
    """Whether a ``raise`` stands on the way from the handler to the end: ``if error: raise error``."""
    reached = False
    for statement, block in guarded.loan.levels:
        if statement is guarded.guard:
            reached = True
            if _holds_raise(guarded.guard.final):
                return True
        if reached and _holds_raise(following(block, statement)):
            return True
    return False


def _holds_raise(block: Block) -> bool:
    return any(isinstance(inner, Raise) for inner in walk.statements(block))
