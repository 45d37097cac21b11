"""The condition of a session at one point of one path, and what each act makes of it.

The rules are those of SQLAlchemy's Session ("Session Basics", "Managing Transactions"): the first SQL or ``add`` begins a
transaction; commit, rollback and close end it; a ``with session.begin():`` block must not be used once its transaction
has ended; a session whose flush, commit or statement failed must be rolled back first. What cannot be followed leads to
UNKNOWN or SHARED, from which nothing is concluded.
"""

from dataclasses import replace
from enum import Enum
from typing import TypeAlias

from sessionlint.flow.paths import catches_everything
from sessionlint.link.values.known_names import WRITING_STATEMENTS
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, BoolOp, Call, Collection, Constant, Handler, Operation, Term, With
from sessionlint.model.records import dataclass
from sessionlint.questions.sessions.block_uses import Act, Event


class State(Enum):
    ABSENT = "not bound yet"
    UNKNOWN = "nothing is known"
    SHARED = "somebody else holds it too"
    CLEAN = "open, no transaction"
    BEGUN = "in a transaction"
    INSIDE = "in a `with session.begin()` block"
    ENDED = "in such a block, behind its commit, rollback or close"
    LEFT = "behind its own with block"
    CLOSED = "behind its close()"


@dataclass(frozen=True, slots=True)
class Failed:
    """SQL of the session failed; ``by`` is the handler that swallowed the error, None before there is one.

    ``flushing``: in a flush or commit, after which the session says of itself that it is not active.
    """

    flushing: bool
    by: Handler | None = None


Condition: TypeAlias = State | Failed
Conditions: TypeAlias = frozenset[Condition]
NOWHERE: Conditions = frozenset()
_ENDS = frozenset({Act.COMMIT, Act.ROLLBACK, Act.CLOSE})
_RUNS_STATEMENT = frozenset({"execute", "exec"})
FAILING_METHODS = frozenset({"flush", "commit"}) | _RUNS_STATEMENT
_READS = ("select", "with", "show", "explain", "pragma")
_DATABASE_ERRORS = frozenset(
    {
        *("SQLAlchemyError", "DBAPIError", "DatabaseError", "IntegrityError", "ProgrammingError", "DataError"),
        *("InternalError", "StatementError", "FlushError"),
    }
)


def after(event: Event, condition: Condition, *, closes: bool) -> Condition:
    """The condition behind an event; ``closes``: a ``close()`` is the last one, not a reset of a session that is closed again."""
    act = event.act
    if condition in (State.SHARED, State.ABSENT) or act in (Act.LOOKED, Act.QUERY, Act.RETURNED, Act.FLUSH):
        return condition
    if act in (Act.SHARED, Act.BEGIN) or (act is Act.NESTED and not isinstance(event.site.statement, With)):
        return State.SHARED  # `tx = session.begin()`: from here on it can be ended through another name
    if act in (Act.PASSED, Act.YIELDED):
        return State.UNKNOWN
    if condition in (State.INSIDE, State.ENDED):
        return State.ENDED if act in _ENDS else condition
    if act is Act.CLOSE and closes:
        return State.CLOSED
    if condition in (State.LEFT, State.CLOSED):
        return condition
    if act in _ENDS:
        return State.CLEAN
    return State.UNKNOWN if isinstance(condition, Failed) else State.BEGUN


def replaced(ways: Conditions, state: State) -> Conditions:
    return frozenset(State.SHARED if before is State.SHARED and state is not State.LEFT else state for before in ways)


def swallowed_by(ways: Conditions, handler: Handler) -> Conditions:
    return frozenset(replace(state, by=handler) if isinstance(state, Failed) and state.by is None else state for state in ways)


def may_fail(event: Event) -> bool:
    """Whether an event may well fail and then leaves the session unusable: a flush, a commit, a statement that writes."""
    if event.act in (Act.FLUSH, Act.COMMIT):
        return True
    statement = event.call.args[0].value if event.call is not None and event.call.args else None
    return event.method in _RUNS_STATEMENT and statement is not None and _writes(statement)


def failed_by(event: Event) -> Failed:
    """The condition when an event that may fail has failed."""
    return Failed(flushing=event.act in (Act.FLUSH, Act.COMMIT))


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


def _writes(statement: Term) -> bool:
    """``insert(...)``, ``update(...).where(...)``, ``delete(...)``, or a text that is not a query."""
    for inner, _ in walk.descend(statement):
        if isinstance(inner, Call) and (name := (walk.dotted(inner.func) or "").rpartition(".")[2]):
            if name in WRITING_STATEMENTS:
                return True
            if name == "text" and inner.args:
                text = inner.args[0].value
                return not (isinstance(text, Constant) and str(text.value).lstrip().lower().startswith(_READS))
    return False


def catches_database_errors(handler: Handler) -> bool:
    if catches_everything(handler):
        return True
    types = handler.type.items if isinstance(handler.type, Collection) else (handler.type,)
    return any(kind is not None and (walk.dotted(kind) or "").rpartition(".")[2] in _DATABASE_ERRORS for kind in types)


def rolls_back(handler: Handler) -> bool:
    """Whether some branch of the handler rolls back: who thought of it leaves the others by raising, as a rule."""
    return any(
        isinstance(term, Call) and isinstance(term.func, Attribute) and term.func.attr == "rollback"
        for statement in walk.statements(handler.body)
        for top in walk.own_terms(statement)
        for term, _ in walk.descend(top)
    )
