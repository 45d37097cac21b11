"""What the rounds of a loop leave to a commit behind it, and what a rollback in a handler inside the loop does to that."""

from collections.abc import Iterator
from dataclasses import field
from enum import Enum

from sessionlint.flow.leaks import may_raise
from sessionlint.flow.paths import Exits
from sessionlint.link.names.scopes import Scope
from sessionlint.link.project import Project
from sessionlint.link.question import remembered
from sessionlint.model import walk
from sessionlint.model.facts import For, Handler, Statement, Try, While, With
from sessionlint.model.records import dataclass
from sessionlint.model.source import Span
from sessionlint.questions.leaving.never_returns import never_returns_in
from sessionlint.questions.sessions.block_uses import Act, Event
from sessionlint.questions.sessions.following import Following
from sessionlint.questions.sessions.handed import Handed, handed
from sessionlint.questions.sessions.open_transactions import is_known_inside
from sessionlint.questions.sessions.statements import writes


class Work(Enum):
    """What a session has done since its last commit."""

    NONE = "nothing that a rollback would drop"
    ROUND = "this round of the loop has written"
    EARLIER = "an earlier round has written"
    LOST = "what an earlier round has written was rolled back"
    UNSURE = "nothing is known"


_NONE = frozenset({Work.NONE})
_UNSURE = frozenset({Work.UNSURE})
_ENDS = frozenset({Act.COMMIT, Act.CLOSE, Act.ROLLBACK})
_BULK = frozenset({"bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings"})


@dataclass(frozen=True, slots=True, eq=False)
class Dropped:
    """The rounds of ``loop`` leave what they write, first at ``write``, to a commit behind it, and go on behind ``rollbacks`` in
    the handlers of ``guarded``."""

    loop: For | While
    guarded: Try
    rollbacks: tuple[Event, ...]
    write: Event


def loops_around(scope: Scope, span: Span) -> Iterator[For | While]:
    """The loops of a body in which something stands, the outermost first."""
    loops = (one for one in walk.statements(scope.body) if isinstance(one, For | While))
    return (loop for loop in loops if any(statement.span.contains(span) for statement in loop.body))


def is_dropped_in(project: Project, scope: Scope, name: str, handler: Handler) -> bool:
    """Whether a rollback in a handler would also drop what earlier rounds of a loop around it have written."""
    around = loops_around(scope, handler.span)
    return any(handler in _rounds(project, scope, name, loop).entered for loop in around)


def dropped_rounds(project: Project, scope: Scope, name: str, loop: For | While) -> Iterator[Dropped]:
    """The ``try`` statements of a loop whose handlers roll back what earlier rounds have written, and go on."""
    if is_known_inside(scope, name):
        return
    rounds = _rounds(project, scope, name, loop)
    for guarded in walk.statements(loop.body):
        if isinstance(guarded, Try):
            passed = [handler for handler in guarded.handlers if handler in rounds.passed]
            behind = [event for event in rounds.rollbacks if any(one.span.contains(event.place.span) for one in passed)]
            if behind and rounds.write is not None and rounds.goes_on:
                yield Dropped(loop, guarded, tuple(behind), rounds.write)


def keeps_transaction(project: Project, event: Event, name: str) -> bool:
    """Whether what happens at an event surely leaves the transaction of the session ``name`` open."""
    if event.act is Act.PASSED:
        to = handed(project, event, name)
        return to is not None and _through(project, to, Work.EARLIER) == {Work.EARLIER}
    return event.act not in _ENDS | {Act.BEGIN, Act.SHARED, Act.YIELDED}


def is_write(event: Event) -> bool:
    """Whether something is written that a commit has to save."""
    return event.act in (Act.WRITE, Act.FLUSH) or event.method in _BULK or (event.act is Act.SQL and writes(event))


# --- the walk ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Rounds:
    """``entered``: the handlers to which an error comes while an earlier round's work waits for its commit; ``passed``: those
    that go on when they have lost it; ``goes_on``: the loop does, behind a rollback."""

    entered: frozenset[Handler]
    passed: frozenset[Handler]
    rollbacks: tuple[Event, ...]
    write: Event | None
    goes_on: bool


_NO_ROUNDS = _Rounds(frozenset(), frozenset(), (), None, False)


def _rounds(project: Project, scope: Scope, name: str, loop: For | While) -> _Rounds:
    return remembered(project, ("rounds", scope, name, loop), _NO_ROUNDS, _walked, project, scope, name, loop)


def _walked(project: Project, scope: Scope, name: str, loop: For | While) -> _Rounds:
    first, later = (_Walk.of(project, scope, name) for _ in range(2))
    one_round = first.rounds_of(loop, Work.NONE)
    if Work.ROUND not in one_round.falls | one_round.continues:
        return _NO_ROUNDS
    next_round = later.rounds_of(loop, Work.EARLIER)
    entered = frozenset(handler for handler, states in later.entered.items() if Work.EARLIER in states)
    goes_on = Work.LOST in next_round.falls | next_round.continues
    write = next(
        (event for event in first.events if loop.span.contains(event.place.span) and _writes(project, event, name)), None
    )
    return _Rounds(entered, frozenset(later.passed), tuple(later.dropping), write, goes_on)


def _writes(project: Project, event: Event, name: str) -> bool:
    if event.act is not Act.PASSED:
        return is_write(event)
    to = handed(project, event, name)
    return to is not None and Work.ROUND in _through(project, to, Work.NONE)


def _through(project: Project, to: Handed, start: Work) -> frozenset[Work]:
    """What becomes of a session's work in a function that it is handed to."""
    return remembered(project, ("work behind", to.function, to.name, start), _UNSURE, _behind_function, project, to, start)


def _behind_function(project: Project, to: Handed, start: Work) -> frozenset[Work]:
    exits = _Walk.of(project, to.function, to.name).follow(start)
    return exits.falls | exits.returns


@dataclass(slots=True)
class _Walk(Following[Work]):
    entered: dict[Handler, frozenset[Work]] = field(default_factory=dict)
    passed: set[Handler] = field(default_factory=set)
    dropping: dict[Event, None] = field(default_factory=dict)

    @classmethod
    def of(cls, project: Project, scope: Scope, name: str) -> "_Walk":
        ends = never_returns_in(project, scope)
        return cls(project, scope, name, ends, fresh=Work.NONE, unsure=Work.UNSURE, ended=Work.NONE)

    def rounds_of(self, loop: For | While, start: Work) -> Exits[Work]:
        """The exits of one round, which begins with ``start``."""
        self.gather()
        return self._block(loop.body, frozenset({start}))

    def _own(self, statement: Statement, states: frozenset[Work]) -> tuple[frozenset[Work], frozenset[Work]]:
        after, _ = Following._own(self, statement, states)
        # what a round that failed has written itself is not what the others lose
        raised: frozenset[Work] = frozenset(Work.NONE if state is Work.ROUND else state for state in states)
        events = self.by_statement.get(statement, ())
        if any(event.act is Act.COMMIT for event in events):
            raised = _NONE  # what a commit could not save is gone already
        handed_on = (event for event in events if event.act is Act.PASSED)
        if not all(keeps_transaction(self.project, event, self.name) for event in handed_on):
            raised = _UNSURE  # a function that saves something may have done so before it failed
        return after, raised if may_raise(statement) else frozenset()

    def _behind(self, event: Event, state: Work) -> frozenset[Work]:
        if state is Work.UNSURE or event.act in (Act.SHARED, Act.YIELDED):
            return _UNSURE
        if event.act is Act.PASSED:
            to = handed(self.project, event, self.name)
            behind = _through(self.project, to, state) if to is not None else _UNSURE
            return behind if state is not Work.EARLIER or len(behind) == 1 else _UNSURE
        if event.act is Act.NESTED and not isinstance(event.site.statement, With):
            return _UNSURE  # before SQLAlchemy 2.0, a rollback ends this one only
        if event.act in _ENDS:
            return self._ended(event, state)
        return frozenset({Work.ROUND}) if state is Work.NONE and is_write(event) else frozenset({state})

    def _ended(self, event: Event, state: Work) -> frozenset[Work]:
        if event.act is Act.ROLLBACK and state is Work.EARLIER:
            self.dropping[event] = None
            return frozenset({Work.LOST})
        return _NONE if state is not Work.LOST or event.act is Act.COMMIT else frozenset({state})

    def _handled(self, statement: Try, handler: Handler, states: frozenset[Work]) -> Exits[Work]:
        self.entered[handler] = self.entered.get(handler, frozenset()) | states
        exits = Following._handled(self, statement, handler, states)
        if Work.LOST in exits.falls | exits.continues:
            self.passed.add(handler)
        return exits
