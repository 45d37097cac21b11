"""Does every path from an opening to the end of its function pass a close?

A path walk over one body with three states. A session that was never used holds no connection (it takes one with its
first SQL: ``truth`` of SQLAlchemy's own "Session basics"), so a path that leaves before the first use is not a leak.
"""

from collections.abc import Callable
from dataclasses import field
from enum import Enum

from sessionlint.flow.checkout import keeps_connection_on_error, takes_connection
from sessionlint.flow.paths import Exits, NeverReturns, Paths, catches_everything
from sessionlint.model import walk
from sessionlint.model.facts import (
    Attribute,
    Await,
    Block,
    BoolOp,
    Call,
    Constant,
    Handler,
    If,
    Name,
    Operation,
    Raise,
    Return,
    Statement,
    Subscript,
    Term,
    Try,
    With,
    Yield,
)
from sessionlint.model.records import dataclass
from sessionlint.model.source import Span


class State(Enum):
    """What is known of the session at one point of one path."""

    ABSENT = "not opened on this path"
    FRESH = "opened and not used yet"
    HELD = "used: it may hold a connection"
    RETURNED = "its transaction has ended: the connection is in the pool again"
    CLOSED = "closed"


States = frozenset[State]
NOWHERE: States = frozenset()


@dataclass(frozen=True, slots=True)
class Leaks:
    """The statements at which a path leaves with the session open: by an exception, or by return or the end.

    ``caught`` are those whose exception a handler for everything catches while the session is open.
    """

    on_error: tuple[Span, ...]
    on_exit: tuple[Span, ...]
    caught: tuple[Span, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.on_error or self.on_exit)


@dataclass(slots=True)
class PathWalk(Paths[State]):
    """Walks one function body for one session.

    ``opening`` is the statement that opens it; ``names`` the dotted names that hold it; ``closes`` says whether a
    statement closes it; ``manages`` whether a ``with`` statement closes it at its end; ``never_returns`` how control never gets
    behind one. ``handles``: exceptions get to the handlers; else nothing is raised that somebody catches. ``gives_back`` says
    whether a statement returns the connection also when it raises, ``ends_transaction`` whether one does when it does not raise:
    behind it, to read one of ``objects`` takes a connection again. ``flags`` are the names that are true where this opening was
    passed, and false where it was not: ``if owns: db.close()``.
    """

    opening: Statement
    names: frozenset[str]
    closes: Callable[[Statement], bool]
    manages: Callable[[With], bool]
    never_returns: NeverReturns
    handles: bool = True
    gives_back: Callable[[Statement], bool] = lambda statement: False
    ends_transaction: Callable[[Statement], bool] = lambda statement: False
    objects: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    _raised: dict[Span, None] = field(default_factory=dict)
    _swallowed: dict[Span, None] = field(default_factory=dict)
    _left: dict[Span, None] = field(default_factory=dict)

    def leaks(self, body: Block) -> Leaks:
        exits = self._block(body, frozenset({State.ABSENT}))
        if State.HELD in exits.falls and body:
            self._left[body[-1].span] = None
        open_on_error = State.HELD in exits.raises
        open_on_exit = State.HELD in exits.returns | exits.falls
        raised, left = tuple(self._raised) if open_on_error else (), tuple(self._left) if open_on_exit else ()
        return Leaks(raised, left, tuple(self._swallowed))

    def _own(self, statement: Statement, states: States) -> tuple[States, States]:
        if walk.blocks(statement):
            return self._header(statement, states)
        if statement is self.opening:
            return frozenset({State.FRESH}), states
        after, raised = self._after(statement, states)
        if State.HELD in raised:
            self._raised[statement.span] = None
        if isinstance(statement, Return) and State.HELD in after and self.never_returns(statement) is None:
            self._left[statement.span] = None
        return after, raised

    def _after(self, statement: Statement, states: States) -> tuple[States, States]:
        if self.closes(statement):
            return _closed(states), NOWHERE
        terms = list(walk.own_terms(statement))
        raises = may_raise(statement) and not self.gives_back(statement)
        raised = self._after_terms(terms, states, keeps_connection_on_error) if raises else NOWHERE
        if self.ends_transaction(statement):
            return frozenset(State.RETURNED if state in (State.FRESH, State.HELD) else state for state in states), raised
        return self._after_terms(terms, states), raised

    def _after_terms(self, terms: list[Term], states: States, counts: Callable[[walk.Path], bool] = takes_connection) -> States:
        taking = set()
        if any(self._uses(term, counts) for term in terms):
            taking = {State.FRESH, State.RETURNED}
        elif any(self._reads(term) for term in terms):
            taking = {State.RETURNED}
        return frozenset(State.HELD if state in taking else state for state in states)

    def _uses(self, term: Term, counts: Callable[[walk.Path], bool]) -> bool:
        """Whether the session is asked or handed to something: a mention alone (``if db is None``) takes no connection."""
        return any(
            isinstance(inner, Name | Attribute)
            and self._holds(walk.dotted(inner))
            and any(isinstance(outer, Call | Yield | Await) for outer in path)
            and counts(path)
            for inner, path in walk.descend(term)
        )

    def _reads(self, term: Term) -> bool:
        """Whether something may look at an object of the session, which has expired with its transaction."""
        return any(
            isinstance(inner, Name)
            and inner.id in self.objects
            and any(isinstance(outer, Attribute | Call) for outer in path)
            and not self._is_method(path[0])
            for inner, path in walk.descend(term)
        )

    def _is_method(self, term: Term) -> bool:
        """``session.add(row)``: what the session itself does with an object is told by its method."""
        return isinstance(term, Call) and isinstance(term.func, Attribute) and walk.dotted(term.func.value) in self.names

    def _holds(self, name: str | None) -> bool:
        """Whether ``name`` is the session or what it hangs on: who has ``request`` has ``request.state.db``."""
        return name is not None and any(held == name or held.startswith(f"{name}.") for held in self.names)

    # --- compound statements ------------------------------------------------------------------------------------------

    def _header(self, statement: Statement, states: States) -> tuple[States, States]:
        """The states behind the terms of a compound statement's header, and those in which it may raise."""
        terms = list(walk.own_terms(statement))
        after = self._after_terms(terms, states)
        raised = after if any(_term_may_raise(term) for term in terms) else NOWHERE
        if State.HELD in raised:
            self._raised[Span(statement.span.start, terms[-1].span.end)] = None
        return after, raised

    def _branches(self, statement: If, states: States) -> tuple[States, States]:
        truth = self._test(statement.test)
        if truth is None:
            return states, states
        gone = frozenset(State.ABSENT for _ in states)  # `if db:` / `if db is not None:`: the other branch has no session
        return (states, gone) if truth else (gone, states)

    def _test(self, test: Term) -> bool | None:
        """True when ``test`` says that the session is there, False when it says that it is not, else None."""
        match test:
            case Name() | Attribute() if walk.dotted(test) in self.names | self.flags:
                return True
            case Operation(op="not", operands=(inner,)):
                truth = self._test(inner)
                return None if truth is None else not truth
            case BoolOp(op="and", values=values) if all(self._test(value) is True for value in values):
                return True
            case Operation(op="is not" | "!=", operands=(left, Constant(value=None))) if walk.dotted(left) in self.names:
                return True
            case Operation(op="is" | "==", operands=(left, Constant(value=None))) if walk.dotted(left) in self.names:
                return False
            case _:
                return None

    def _try(self, statement: Try, states: States) -> Exits[State]:
        if self._closed_in(statement.final):
            # closed on every way out, also where the close stands behind a test: `if owns: db.close()`
            return self._closing(lambda: self._guarded(statement, states))
        return self._final(statement, self._guarded(statement, states))

    def _closing(self, inside: Callable[[], Exits[State]]) -> Exits[State]:
        """The exits of something that closes the session whichever way control leaves it."""
        raised, left = dict(self._raised), dict(self._left)
        inner = inside()
        self._raised, self._left = raised, left
        return inner.mapped(_closed)

    def _tried(self, statement: Try, states: States) -> Exits[State]:
        raised_before = dict(self._raised)
        body = self._block(statement.body, states)
        if any(catches_everything(handler) for handler in statement.handlers):
            self._swallowed |= {span: None for span in self._raised if span not in raised_before}
            self._raised = raised_before  # what escapes now escapes from a handler
        return body

    def _caught(self, handler: Handler, raised: States) -> tuple[States, States]:
        return (raised, raised) if self.handles else (NOWHERE, raised)

    def _closed_in(self, block: Block) -> bool:
        return any(self.closes(inner) for inner in walk.statements(block))

    def _with(self, statement: With, states: States) -> Exits[State]:
        if self.manages(statement):
            return self._closing(lambda: self._block(statement.body, states))
        return Paths._with(self, statement, states)


def _closed(states: States) -> States:
    return frozenset(State.ABSENT if state is State.ABSENT else State.CLOSED for state in states)


def may_raise(statement: Statement) -> bool:
    """Whether a simple statement can raise in earnest: it calls, awaits, yields or looks something up."""
    return isinstance(statement, Raise) or any(map(_term_may_raise, walk.own_terms(statement)))


_RAISING = frozenset({Await, Yield, Subscript})


def _term_may_raise(term: Term) -> bool:
    waiting = [term]
    while waiting:
        inner = waiting.pop()
        if type(inner) in _RAISING or (type(inner) is Call and not is_harmless(inner)):
            return True
        waiting += walk.children(inner)
    return False


_LOGGING = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log"})


def is_harmless(call: Call) -> bool:
    """Logging and printing: nobody guards against them, and they do not raise."""
    name = walk.dotted(call.func) or ""
    first, _, last = name.rpartition(".")
    return name == "print" or (last in _LOGGING and "log" in first.lower())
