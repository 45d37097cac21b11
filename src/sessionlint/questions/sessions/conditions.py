"""The condition of a session at one point of one path, and what each act makes of it.

The rules are those of SQLAlchemy's Session ("Session Basics", "Managing Transactions"): the first SQL or ``add`` begins a
transaction; commit, rollback and close end it; a ``with session.begin():`` block must not be used once its transaction
has ended; a session whose flush, commit or statement failed must be rolled back first. What cannot be followed leads to
UNKNOWN or SHARED, from which nothing is concluded.
"""

from dataclasses import replace
from enum import Enum
from typing import TypeAlias

from sessionlint.flow.paths import catches_everything, suppresses
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Block, BoolOp, Call, Collection, Handler, Operation, Term, With, WithItem
from sessionlint.model.records import dataclass
from sessionlint.questions.sessions.block_uses import Act, Event
from sessionlint.questions.sessions.statements import queries, writes


class State(Enum):
    ABSENT = "not bound yet"
    UNKNOWN = "nothing is known"
    SHARED = "somebody else holds it too"
    CLEAN = "open, no transaction"
    BEGUN = "in a transaction"
    PENDING = "in a transaction, with objects that wait to be flushed"
    INSIDE = "in a `with session.begin()` block"
    FILLED = "in such a block, with objects that wait to be flushed"
    ENDED = "in such a block, behind its commit, rollback or close"
    LEFT = "behind its own with block"
    CLOSED = "behind its close()"


@dataclass(frozen=True, slots=True)
class Failed:
    """SQL of the session failed ``at`` an event; ``by`` is the handler or ``suppress()`` that caught the error, None before one
    has.

    ``flushing``: in a flush or commit, after which the session says of itself that it is not active. ``inside`` a block of
    ``begin()``, ``nested`` in one of ``begin_nested()``: a rollback ends what the block goes on with.
    """

    flushing: bool
    inside: bool = False
    nested: bool = False
    at: Event | None = None
    by: Handler | WithItem | None = None


Condition: TypeAlias = State | Failed
Conditions: TypeAlias = frozenset[Condition]
NOWHERE: Conditions = frozenset()
IN_TRANSACTION: Conditions = frozenset({State.BEGUN, State.PENDING})
IN_BLOCK: Conditions = frozenset({State.INSIDE, State.FILLED})
_WAITING: Conditions = frozenset({State.PENDING, State.FILLED})
_WORKING: Conditions = IN_TRANSACTION | IN_BLOCK | {State.UNKNOWN, State.CLEAN}
_FLUSHED: dict[Condition, Condition] = {State.PENDING: State.BEGUN, State.FILLED: State.INSIDE}
_ENDS = frozenset({Act.COMMIT, Act.ROLLBACK, Act.CLOSE})
_RUNS_STATEMENT = frozenset({"execute", "exec"})
FAILING_METHODS = frozenset({"flush", "commit"}) | _RUNS_STATEMENT
_DATABASE_ERRORS = frozenset(
    {
        *("SQLAlchemyError", "DBAPIError", "DatabaseError", "IntegrityError", "ProgrammingError", "DataError"),
        *("InternalError", "StatementError", "FlushError"),
    }
)


def after(event: Event, condition: Condition, *, closes: bool) -> Condition:
    """The condition behind an event; ``closes``: a ``close()`` is the last one, not a reset of a session that is closed again."""
    act = event.act
    if condition in (State.SHARED, State.ABSENT) or act in (Act.LOOKED, Act.QUERY, Act.RETURNED):
        return condition
    if act in (Act.SHARED, Act.BEGIN) or (act is Act.NESTED and not isinstance(event.site.statement, With)):
        return State.SHARED  # `tx = session.begin()`: from here on it can be ended through another name
    if act in (Act.PASSED, Act.YIELDED):
        return State.UNKNOWN
    if act is Act.FLUSH:
        return flushed(condition)
    if act is Act.CLOSE and closes and condition not in IN_BLOCK | {State.ENDED}:
        return State.CLOSED
    if act in _ENDS:
        return _ended(condition)
    return _worked(event, condition)


def _ended(condition: Condition) -> Condition:
    """The condition behind a commit, a rollback or a reset."""
    if condition in IN_BLOCK or (isinstance(condition, Failed) and condition.inside):
        return State.ENDED
    return condition if condition in (State.ENDED, State.LEFT, State.CLOSED) else State.CLEAN


def _worked(event: Event, condition: Condition) -> Condition:
    """The condition behind SQL, or behind an object that is added."""
    if isinstance(condition, Failed):
        return State.UNKNOWN if is_refused(event) else condition
    if condition in (State.ENDED, State.LEFT, State.CLOSED):
        return condition
    if event.act is Act.WRITE:
        return State.FILLED if condition in IN_BLOCK else State.PENDING
    if condition in _WAITING:
        return flushed(condition) if event.act is Act.NESTED or queries(event) else condition
    return condition if condition in IN_BLOCK else State.BEGUN


def flushed(condition: Condition) -> Condition:
    """The condition once nothing waits any more."""
    return _FLUSHED.get(condition, condition)


def replaced(ways: Conditions, state: State) -> Conditions:
    return frozenset(State.SHARED if before is State.SHARED and state is not State.LEFT else state for before in ways)


def out_of_savepoint(ways: Conditions) -> Conditions:
    """The conditions behind a block of ``begin_nested()``: what failed in it is rolled back, the rest is flushed."""
    return frozenset(
        (State.INSIDE if state.inside else State.BEGUN) if isinstance(state, Failed) and state.nested else flushed(state)
        for state in ways
    )


def caught_by(ways: Conditions, by: Handler | WithItem) -> Conditions:
    """The conditions in which the error has come to ``by``, unless it was caught before."""
    return frozenset(replace(state, by=by) if isinstance(state, Failed) and state.by is None else state for state in ways)


def raised_again(ways: Conditions, handler: Handler) -> Conditions:
    """The conditions in which ``handler`` raises: whoever catches that has caught the error, unless the handler rolls back."""
    if rolls_back(handler):
        return ways
    return frozenset(replace(state, by=None) if isinstance(state, Failed) and state.by is handler else state for state in ways)


def failure(event: Event, condition: Condition, *, autoflushes: bool, nested: bool) -> Failed | None:
    """The condition when an event has failed that may well fail and then leaves the session unusable, if it is one: a flush, a
    commit, a statement that writes, and what flushes the objects that wait; ``autoflushes``: a query does."""
    if condition not in _WORKING:
        return None
    flushing = event.act in (Act.FLUSH, Act.COMMIT) or (
        condition in _WAITING and (event.act is Act.NESTED or (autoflushes and queries(event)))
    )
    if not flushing and not (event.method in _RUNS_STATEMENT and writes(event)):
        return None
    return Failed(flushing, condition in IN_BLOCK, nested, event)


def is_refused(event: Event) -> bool:
    """Whether a session that failed refuses the event: ``add()`` alone it does not, nor a flush with nothing to do."""
    return event.act in (Act.SQL, Act.FLUSH, Act.COMMIT, Act.NESTED) or (event.act is Act.WRITE and event.method == "merge")


def truth_when_failed(test: Term, name: str, failed: Failed) -> bool | None:
    """What ``test`` comes to when the session ``name`` has failed; None where it does not tell.

    A failed statement alone leaves ``is_active`` true, whatever the database makes of the transaction.
    """
    match test:
        case Attribute(value=session, attr="is_active") if walk.dotted(session) == name:
            return False if failed.flushing else None
        case Call(func=Attribute(value=session, attr="in_transaction")) if walk.dotted(session) == name:
            return True
        case Operation(op="not", operands=(inner,)):
            truth = truth_when_failed(inner, name, failed)
            return None if truth is None else not truth
        case BoolOp(op=op, values=values):
            found = [truth_when_failed(value, name, failed) for value in values]
            decides = op == "or"
            return decides if decides in found else None if None in found else not decides
        case _:
            return None


def catches_database_errors(handler: Handler) -> bool:
    if catches_everything(handler):
        return True
    types = handler.type.items if isinstance(handler.type, Collection) else (handler.type,)
    return any(kind is not None and _is_database_error(kind) for kind in types)


def suppresses_database_errors(context: Term) -> bool:
    """``with suppress(Exception):``, or an error of the database."""
    if suppresses(context):
        return True
    is_suppress = isinstance(context, Call) and (walk.dotted(context.func) or "").rpartition(".")[2] == "suppress"
    return is_suppress and any(_is_database_error(given.term) for given in getattr(context, "args", ()))


def _is_database_error(kind: Term) -> bool:
    return (walk.dotted(kind) or "").rpartition(".")[2] in _DATABASE_ERRORS


def rolls_back(handler: Handler) -> bool:
    """Whether some branch of the handler rolls back: who thought of it leaves the others by raising, as a rule."""
    return first_rollback(handler.body) is not None


def first_rollback(block: Block) -> int | None:
    """Where the first rollback of a block stands."""
    return next(
        (
            term.span.start
            for statement in walk.statements(block)
            for top in walk.own_terms(statement)
            for term, _ in walk.descend(top)
            if isinstance(term, Call) and isinstance(term.func, Attribute) and term.func.attr == "rollback"
        ),
        None,
    )
