"""How often a generator that lends a session yields: ``contextlib`` and FastAPI want exactly once on every path."""

from collections.abc import Iterator
from enum import Enum

from sessionlint.link.names.scopes import FunctionScope, ModuleScope
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Block, Call, Constant, For, If, Jump, Match, Raise, Return, Statement, Try, While, With
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.leaving.ways import Way, ways_out
from sessionlint.questions.providers.lending import Lender, Loan, following, lenders

_ROUNDS = frozenset({"builtins.range", "itertools.count", "itertools.repeat"})


class Shape(Enum):
    NONE = "a path without a yield"
    TWICE = "a second yield behind the first"
    LOOP = "a yield in a loop that goes on"
    HANDLER = "a yield in a handler of the try around the first"


@dataclass(frozen=True, slots=True, eq=False)
class MisshapenLender:
    """``place`` is the yield that is one too many, or what leads past all of them; ``first`` the yield before it."""

    lender: Lender
    shape: Shape
    place: Place
    first: Loan


def misshapen_lenders(project: Project, module: ModuleScope) -> Iterator[MisshapenLender]:
    """The first wrong shape of every lender that FastAPI or ``contextlib`` drives; others may yield as they like."""
    for lender in lenders(project, module):
        if lender.is_dependency or lender.is_manager:
            found = next(_shapes(project, lender), None)
            if found is not None:
                yield found


def _shapes(project: Project, lender: Lender) -> Iterator[MisshapenLender]:
    for loan in lender.loans:
        second = _yield_in_handler(lender, loan)
        if second is not None:
            yield MisshapenLender(lender, Shape.HANDLER, lender.place(second.term), loan)
        second = _yield_behind(lender, loan)
        if second is not None:
            yield MisshapenLender(lender, Shape.TWICE, lender.place(second.term), loan)
        if _goes_round(project, lender.function, loan):
            yield MisshapenLender(lender, Shape.LOOP, lender.place(loan.term), loan)
    past = _past_all(project, lender)
    if past is not None:
        yield MisshapenLender(lender, Shape.NONE, past, lender.loans[0])


def _yield_in_handler(lender: Lender, loan: Loan) -> Loan | None:
    if any(isinstance(outer, For | While) for outer, _ in loan.around):
        return None
    handlers = [handler for guard in loan.guards for handler in guard.handlers]
    return next((other for other in lender.loans if any(handler.span.contains(other.term.span) for handler in handlers)), None)


def _yield_behind(lender: Lender, loan: Loan) -> Loan | None:
    """The yield that is surely reached behind ``loan``: in no branch, handler or loop of its own."""
    certain = [inner for statement in loan.behind for inner in _certain(statement)]
    return next((other for other in lender.loans if other is not loan and other.statement in certain), None)


def _certain(statement: Statement) -> Iterator[Statement]:
    yield statement
    match statement:
        case With(body=body):
            blocks: tuple[Block, ...] = (body,)
        case Try(body=body, orelse=orelse, final=final):
            blocks = (body, orelse, final)
        case _:
            blocks = ()
    for block in blocks:
        for inner in block:
            yield from _certain(inner)


def _goes_round(project: Project, function: FunctionScope, loan: Loan) -> bool:
    """Whether a loop around the yield comes back to it: nothing behind it in the loop leaves."""
    for position, (outer, _) in enumerate(loan.around):
        behind = [other for inner, block in loan.levels[: position + 1] for other in following(block, inner)]
        tries = [guard for guard, block in list(loan.around)[:position] if isinstance(guard, Try)]
        behind += [other for guard in tries for other in (*guard.orelse, *guard.final)]
        if any(isinstance(inner, Return | Raise) or _is_break(inner) for inner in walk.statements(tuple(behind))):
            return False
        match outer:
            case While(test=Constant(value=value)) if value:
                return True
            case For(iter=Call(func=func)):
                called = project.kind(func, function)
                return isinstance(called, kinds.External) and called.name in _ROUNDS
            case For() | While():
                return False
    return False


def _is_break(statement: Statement) -> bool:
    return isinstance(statement, Jump) and statement.kind == "break"


def _past_all(project: Project, lender: Lender) -> Place | None:
    """What leads to the end without a yield: an early return, or a test without an ``else``."""
    around = [outer for loan in lender.loans for outer, _ in loan.around]
    branching = {outer for outer in around if isinstance(outer, If)}
    if len(branching) > 1 or any(isinstance(outer, Match) for outer in around):
        return None  # tests that belong together cannot be told from tests that do not
    ways = ways_out(project, lender.function.body, lender.function)
    if not ways & {Way.FALLS, Way.ENDS}:
        return None
    early = next((inner for inner in walk.statements(lender.function.body) if _leads(project, lender, inner, branching)), None)
    return lender.place(early.test if isinstance(early, If) else early) if early is not None else None


def _leads(project: Project, lender: Lender, statement: Statement, branching: set[If]) -> bool:
    if isinstance(statement, If):
        ways = ways_out(project, (statement,), lender.function)
        return statement in branching and bool(ways & {Way.FALLS, Way.ENDS})
    return isinstance(statement, Return) and statement.span.start < lender.loans[0].term.span.start
