"""Does every path from an opening to the end of its function pass a close?

A path walk over one body with three states. A session that was never used holds no connection (it takes one with its
first SQL: ``truth`` of SQLAlchemy's own "Session basics"), so a path that leaves before the first use is not a leak.
"""

from collections.abc import Callable
from dataclasses import field
from enum import Enum

from sessionlint.link import walk
from sessionlint.link.checkout import keeps_connection_on_error, takes_connection
from sessionlint.model.facts import (
    Attribute,
    Await,
    Block,
    Call,
    Class,
    Constant,
    Evaluate,
    For,
    Function,
    Handler,
    If,
    Jump,
    Match,
    Name,
    Operation,
    Raise,
    Return,
    Statement,
    Subscript,
    Term,
    Try,
    While,
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
    CLOSED = "closed"


States = frozenset[State]
NOWHERE: States = frozenset()


@dataclass(slots=True)
class Exits:
    """The states in which control leaves a block, by the way it leaves."""

    falls: States = NOWHERE
    returns: States = NOWHERE
    raises: States = NOWHERE
    breaks: States = NOWHERE
    continues: States = NOWHERE

    def add(self, other: "Exits") -> None:
        """Merge every way but falling through, which the caller goes on from."""
        self.returns |= other.returns
        self.raises |= other.raises
        self.breaks |= other.breaks
        self.continues |= other.continues


@dataclass(frozen=True, slots=True)
class Leaks:
    """The statements at which a path leaves with the session open: by an exception, or by return or the end."""

    on_error: tuple[Span, ...]
    on_exit: tuple[Span, ...]

    def __bool__(self) -> bool:
        return bool(self.on_error or self.on_exit)


@dataclass(slots=True)
class PathWalk:
    """Walks one function body for one session.

    ``opening`` is the statement that opens it; ``names`` the dotted names that hold it; ``closes`` says whether a
    statement closes it; ``manages`` whether a ``with`` statement closes it at its end.
    """

    opening: Statement
    names: frozenset[str]
    closes: Callable[[Statement], bool]
    manages: Callable[[With], bool]
    _raised: dict[Span, None] = field(default_factory=dict)
    _left: dict[Span, None] = field(default_factory=dict)

    def leaks(self, body: Block) -> Leaks:
        exits = self._block(body, frozenset({State.ABSENT}))
        if State.HELD in exits.falls and body:
            self._left[body[-1].span] = None
        open_on_error = State.HELD in exits.raises
        open_on_exit = State.HELD in exits.returns | exits.falls
        return Leaks(tuple(self._raised) if open_on_error else (), tuple(self._left) if open_on_exit else ())

    # --- blocks -------------------------------------------------------------------------------------------------------

    def _block(self, block: Block, states: States) -> Exits:
        exits = Exits()
        for statement in block:
            if not states:
                break
            step = self._statement(statement, states)
            exits.add(step)
            states = step.falls
        exits.falls = states
        return exits

    def _statement(self, statement: Statement, states: States) -> Exits:
        match statement:
            case Function() | Class():
                return Exits(falls=states)
            case If():
                return self._if(statement, states)
            case For() | While():
                return self._loop(statement, states)
            case Try():
                return self._try(statement, states)
            case With():
                return self._with(statement, states)
            case Match():
                return self._match(statement, states)
            case _:
                return self._simple(statement, states)

    def _simple(self, statement: Statement, states: States) -> Exits:
        if statement is self.opening:
            return Exits(falls=frozenset({State.FRESH}), raises=states)
        if self.closes(statement):
            return self._leave(statement, _closed(states), NOWHERE)
        terms = list(walk.own_terms(statement))
        after = self._after_terms(terms, states)
        raised = self._after_terms(terms, states, keeps_connection_on_error) if may_raise(statement) else NOWHERE
        if State.HELD in raised:
            self._raised[statement.span] = None
        return self._leave(statement, after, raised)

    def _leave(self, statement: Statement, states: States, raised: States) -> Exits:
        match statement:
            case Return():
                if State.HELD in states:
                    self._left[statement.span] = None
                return Exits(returns=states, raises=raised)
            case Raise():
                return Exits(raises=states if not _is_exit(statement.value) else NOWHERE)
            case Jump(kind="break"):
                return Exits(breaks=states)
            case Jump(kind="continue"):
                return Exits(continues=states)
            case Evaluate(value=Call() as call) if _is_exit(call):
                return Exits()
            case _:
                return Exits(falls=states, raises=raised)

    def _after_terms(self, terms: list[Term], states: States, counts: Callable[[walk.Path], bool] = takes_connection) -> States:
        if not any(self._uses(term, counts) for term in terms):
            return states
        return frozenset(State.HELD if state is State.FRESH else state for state in states)

    def _uses(self, term: Term, counts: Callable[[walk.Path], bool]) -> bool:
        """Whether the session is asked or handed to something: a mention alone (``if db is None``) takes no connection."""
        return any(
            isinstance(inner, Name | Attribute)
            and self._holds(walk.dotted(inner))
            and any(isinstance(outer, Call | Yield | Await) for outer in path)
            and counts(path)
            for inner, path in walk.descend(term)
        )

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

    def _if(self, statement: If, states: States) -> Exits:
        after, raised = self._header(statement, states)
        exits = Exits(raises=raised)
        truth = self._test(statement.test)
        there, gone = after, after
        if truth is not None:  # `if db:` / `if db is not None:`: the other branch has no session
            gone = frozenset(State.ABSENT for _ in after)
        first = self._block(statement.body, there if truth is not False else gone)
        second = self._block(statement.orelse, gone if truth is not False else there)
        exits.add(first)
        exits.add(second)
        exits.falls = first.falls | second.falls
        return exits

    def _test(self, test: Term) -> bool | None:
        """True when ``test`` says that the session is there, False when it says that it is not, else None."""
        match test:
            case Name() | Attribute() if walk.dotted(test) in self.names:
                return True
            case Operation(op="not", operands=(inner,)):
                truth = self._test(inner)
                return None if truth is None else not truth
            case Operation(op="is not" | "!=", operands=(left, Constant(value=None))) if walk.dotted(left) in self.names:
                return True
            case Operation(op="is" | "==", operands=(left, Constant(value=None))) if walk.dotted(left) in self.names:
                return False
            case _:
                return None

    def _loop(self, statement: For | While, states: States) -> Exits:
        entering, raised = self._header(statement, states)
        exits = Exits(raises=raised)
        around = entering
        for _ in State:  # each round can only add states
            body = self._block(statement.body, around)
            following = around | body.falls | body.continues
            if following == around:
                break
            around = following
        exits.returns |= body.returns
        exits.raises |= body.raises
        endless = isinstance(statement, While) and isinstance(statement.test, Constant) and bool(statement.test.value)
        after = self._block(statement.orelse, NOWHERE if endless else around)
        exits.add(after)
        exits.falls = after.falls | body.breaks
        return exits

    def _try(self, statement: Try, states: States) -> Exits:
        if self._closed_in(statement.final):
            # closed on every way out, also where the close stands behind a test: `if owns: db.close()`
            return self._closing(lambda: self._guarded(statement, states))
        return self._final(statement, self._guarded(statement, states))

    def _closing(self, inside: Callable[[], Exits]) -> Exits:
        """The exits of something that closes the session whichever way control leaves it."""
        raised, left = dict(self._raised), dict(self._left)
        inner = inside()
        self._raised, self._left = raised, left
        return Exits(*(_closed(way) for way in (inner.falls, inner.returns, inner.raises, inner.breaks, inner.continues)))

    def _guarded(self, statement: Try, states: States) -> Exits:
        """The try with its handlers and else, without its finally."""
        raised_before = dict(self._raised)
        body = self._block(statement.body, states)
        caught = body.raises
        exits = Exits(returns=body.returns, breaks=body.breaks, continues=body.continues)
        if not any(catches_everything(handler) for handler in statement.handlers):
            exits.raises |= caught
        elif statement.handlers:
            self._raised = raised_before  # what escapes now escapes from a handler
        orelse = self._block(statement.orelse, body.falls)
        exits.add(orelse)
        exits.falls = orelse.falls
        for handler in statement.handlers:
            handled = self._block(handler.body, caught)
            exits.add(handled)
            exits.falls |= handled.falls
        return exits

    def _final(self, statement: Try, inner: Exits) -> Exits:
        if not statement.final:
            return inner
        exits = Exits()
        for way in ("falls", "returns", "raises", "breaks", "continues"):
            states = getattr(inner, way)
            if not states:
                continue
            final = self._block(statement.final, states)
            exits.add(final)
            setattr(exits, way, getattr(exits, way) | final.falls)
        return exits

    def _closed_in(self, block: Block) -> bool:
        return any(self.closes(inner) for inner in walk.statements(block))

    def _with(self, statement: With, states: States) -> Exits:
        if self.manages(statement):
            return self._closing(lambda: self._block(statement.body, states))
        after, raised = self._header(statement, states)
        exits = self._block(statement.body, after)
        if any(suppresses(item.context) for item in statement.items):
            exits.falls, exits.raises = exits.falls | exits.raises, NOWHERE
        exits.raises |= raised
        return exits

    def _match(self, statement: Match, states: States) -> Exits:
        after, raised = self._header(statement, states)
        exits = Exits(falls=after, raises=raised)
        for case in statement.cases:
            arm = self._block(case.body, after)
            exits.add(arm)
            exits.falls |= arm.falls
        return exits


def _closed(states: States) -> States:
    return frozenset(State.ABSENT if state is State.ABSENT else State.CLOSED for state in states)


_EVERYTHING = frozenset({"Exception", "BaseException"})


def catches_everything(handler: Handler) -> bool:
    if handler.type is None:
        return True
    types = getattr(handler.type, "items", (handler.type,))
    return any((walk.dotted(kind) or "").rpartition(".")[2] in _EVERYTHING for kind in types)


def suppresses(context: Term) -> bool:
    """``with suppress(Exception):`` is a ``try`` that goes on behind itself."""
    if not isinstance(context, Call) or (walk.dotted(context.func) or "").rpartition(".")[2] != "suppress":
        return False
    return any((walk.dotted(given.value) or "").rpartition(".")[2] in _EVERYTHING for given in context.args)


def may_raise(statement: Statement) -> bool:
    """Whether a simple statement can raise in earnest: it calls, awaits, yields or looks something up."""
    return isinstance(statement, Raise) or any(_term_may_raise(term) for term in walk.own_terms(statement))


def _term_may_raise(term: Term) -> bool:
    return any(
        isinstance(inner, Await | Yield | Subscript) or (isinstance(inner, Call) and not _is_harmless(inner))
        for inner, _ in walk.descend(term)
    )


_LOGGING = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log"})


def _is_harmless(call: Call) -> bool:
    """Logging and printing: nobody guards against them, and they do not raise."""
    name = walk.dotted(call.func) or ""
    first, _, last = name.rpartition(".")
    return name == "print" or (last in _LOGGING and "log" in first.lower())


def _is_exit(term: Term | None) -> bool:
    """``sys.exit()`` and its kin: the process ends, and its connections with it."""
    target = term.func if isinstance(term, Call) else term
    return target is not None and walk.dotted(target) in ("sys.exit", "os._exit", "exit", "quit", "SystemExit")
