"""Every path through one body: in which states control reaches each statement, and in which it leaves.

What a state is, and what a statement makes of it, is the business of the walk that uses this one; how control goes on through
blocks, jumps, loops, handlers, ``with`` and ``finally`` is said here, once. Which calls never return is told by a question of the
project's (``questions.leaving``), which a walk hands in.
"""

from abc import abstractmethod
from collections.abc import Callable, Hashable
from enum import Enum
from typing import Generic, TypeAlias, TypeVar

from sessionlint.model import walk
from sessionlint.model.facts import (
    Block,
    Call,
    Class,
    Constant,
    For,
    Function,
    Handler,
    If,
    Jump,
    Match,
    Raise,
    Return,
    Statement,
    Term,
    Try,
    While,
    With,
)
from sessionlint.model.records import dataclass

S = TypeVar("S", bound=Hashable)
_EVERYTHING = frozenset({"Exception", "BaseException"})


class End(Enum):
    """How control never gets behind a statement."""

    RAISES = "by an exception"
    STOPS = "the process ends, and nothing of it is left"


NeverReturns: TypeAlias = Callable[[Statement], "End | None"]
"""Says of a statement how control never gets behind it; None: it may."""


@dataclass(slots=True)
class Exits(Generic[S]):
    """The states in which control leaves a block, by the way it leaves."""

    falls: frozenset[S] = frozenset()
    returns: frozenset[S] = frozenset()
    raises: frozenset[S] = frozenset()
    breaks: frozenset[S] = frozenset()
    continues: frozenset[S] = frozenset()

    def add(self, other: "Exits[S]") -> None:
        """Merge every way but falling through, which the caller goes on from; most are empty."""
        if other.returns:
            self.returns |= other.returns
        if other.raises:
            self.raises |= other.raises
        if other.breaks:
            self.breaks |= other.breaks
        if other.continues:
            self.continues |= other.continues

    def mapped(self, change: Callable[[frozenset[S]], frozenset[S]]) -> "Exits[S]":
        return Exits(*(change(way) for way in (self.falls, self.returns, self.raises, self.breaks, self.continues)))


class Paths(Generic[S]):
    """A walk over all paths of a body. A subclass says what its states become at the terms of statements, at tests and handlers;
    ``never_returns`` is its attribute."""

    __slots__ = ()
    never_returns: NeverReturns

    @abstractmethod
    def _own(self, statement: Statement, states: frozenset[S]) -> tuple[frozenset[S], frozenset[S]]:
        """The states behind the terms that a statement evaluates itself, and those in which they may raise."""

    def _branches(self, statement: If, states: frozenset[S]) -> tuple[frozenset[S], frozenset[S]]:
        """The states in which the body and the ``else`` of an ``if`` begin."""
        return states, states

    def _round(self, statement: For | While, states: frozenset[S]) -> frozenset[S]:
        """The states in which the body of a loop begins, when ``states`` are those behind its header."""
        return states

    def _again(self, statement: For | While, states: frozenset[S]) -> frozenset[S]:
        """The states in which the body of a loop begins once more, when ``states`` are those in which a round ended."""
        return states

    def _is_endless(self, loop: For | While) -> bool:
        """Whether a loop is left by a jump or an error only: ``while True:``."""
        return isinstance(loop, While) and isinstance(loop.test, Constant) and bool(loop.test.value)

    def _tried(self, statement: Try, states: frozenset[S]) -> Exits[S]:
        """The exits of the body of a ``try``; it raises into the handlers."""
        return self._block(statement.body, states)

    def _caught(self, handler: Handler, raised: frozenset[S]) -> tuple[frozenset[S], frozenset[S]]:
        """The states in which a handler begins, when ``raised`` come to it, and those that go on to the next one."""
        return raised, raised

    def _uncaught(self, statement: Try, raised: frozenset[S]) -> frozenset[S]:
        """The states of those ``raised`` in a ``try`` that may get past its handlers."""
        return frozenset() if any(map(catches_everything, statement.handlers)) else raised

    def _handled(self, statement: Try, handler: Handler, states: frozenset[S]) -> Exits[S]:
        """The exits of the body of a handler of ``statement``."""
        return self._block(handler.body, states)

    # --- one walk for all -------------------------------------------------------------------------------------------------

    def _block(self, block: Block, states: frozenset[S]) -> Exits[S]:
        exits = Exits[S]()
        for statement in block:
            if not states:
                break
            step = self._statement(statement, states)
            exits.add(step)
            states = step.falls
        exits.falls = states
        return exits

    def _statement(self, statement: Statement, states: frozenset[S]) -> Exits[S]:
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

    def _simple(self, statement: Statement, states: frozenset[S]) -> Exits[S]:
        """The exits of a statement without blocks."""
        after, raised = self._own(statement, states)
        match self.never_returns(statement):
            case End.RAISES:
                return Exits(raises=after | raised)
            case End.STOPS:
                return Exits()
        match statement:
            case Return():
                return Exits(returns=after, raises=raised)
            case Raise():
                return Exits(raises=after)
            case Jump(kind="break"):
                return Exits(breaks=after)
            case Jump(kind="continue"):
                return Exits(continues=after)
            case _:
                return Exits(falls=after, raises=raised)

    def _if(self, statement: If, states: frozenset[S]) -> Exits[S]:
        after, raised = self._own(statement, states)
        exits = Exits(raises=raised)
        for block, entering in zip((statement.body, statement.orelse), self._branches(statement, after), strict=True):
            inner = self._block(block, entering)
            exits.add(inner)
            exits.falls |= inner.falls
        return exits

    def _loop(self, statement: For | While, states: frozenset[S]) -> Exits[S]:
        after, raised = self._own(statement, states)
        exits = Exits(raises=raised)
        around = self._round(statement, after)
        while True:  # each round can only add states
            body = self._block(statement.body, around)
            following = around | self._again(statement, body.falls | body.continues)
            if following == around:
                break
            around = following
        exits.returns |= body.returns
        exits.raises |= body.raises
        left = self._block(statement.orelse, frozenset() if self._is_endless(statement) else around)
        exits.add(left)
        exits.falls = left.falls | body.breaks
        return exits

    def _try(self, statement: Try, states: frozenset[S]) -> Exits[S]:
        return self._final(statement, self._guarded(statement, states))

    def _guarded(self, statement: Try, states: frozenset[S]) -> Exits[S]:
        """The exits of a ``try`` with its handlers and ``else``, without its ``finally``."""
        body = self._tried(statement, states)
        exits = Exits(returns=body.returns, breaks=body.breaks, continues=body.continues)
        raised = body.raises
        exits.raises = self._uncaught(statement, raised)
        orelse = self._block(statement.orelse, body.falls)
        exits.add(orelse)
        exits.falls = orelse.falls
        for handler in statement.handlers:
            entering, raised = self._caught(handler, raised)
            handled = self._handled(statement, handler, entering)
            exits.add(handled)
            exits.falls |= handled.falls
        return exits

    def _with(self, statement: With, states: frozenset[S]) -> Exits[S]:
        after, raised = self._own(statement, states)
        exits = self._block(statement.body, after)
        if any(suppresses(item.context) for item in statement.items):
            exits.falls, exits.raises = exits.falls | exits.raises, frozenset()
        exits.raises |= raised
        return exits

    def _final(self, statement: Try, inner: Exits[S]) -> Exits[S]:
        """``inner``, as the ``finally`` lets it through."""
        if not statement.final:
            return inner
        exits = Exits[S]()
        for way in ("falls", "returns", "raises", "breaks", "continues"):
            reached = getattr(inner, way)
            if reached:
                final = self._block(statement.final, reached)
                exits.add(final)
                setattr(exits, way, getattr(exits, way) | final.falls)
        return exits

    def _match(self, statement: Match, states: frozenset[S]) -> Exits[S]:
        after, raised = self._own(statement, states)
        exits = Exits(falls=after, raises=raised)
        for case in statement.cases:
            arm = self._block(case.body, after)
            exits.add(arm)
            exits.falls |= arm.falls
        return exits


def catches_everything(handler: Handler) -> bool:
    if handler.type is None:
        return True
    types = getattr(handler.type, "items", (handler.type,))
    return any((walk.dotted(kind) or "").rpartition(".")[2] in _EVERYTHING for kind in types)


def suppresses(context: Term) -> bool:
    """``with suppress(Exception):`` is a ``try`` that goes on behind itself."""
    if not isinstance(context, Call) or (walk.dotted(context.func) or "").rpartition(".")[2] != "suppress":
        return False
    return any((walk.dotted(given.term) or "").rpartition(".")[2] in _EVERYTHING for given in context.args)
