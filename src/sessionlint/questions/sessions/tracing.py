"""The walk: in which conditions paths reach each event of one session in one body, and in which they leave it.

What the conditions are and how one leads to another is said in ``conditions``, where control goes on in ``flow.paths``. A
function that the session is handed to is walked in turn, from each condition in which it gets the session.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import field, replace

from sessionlint.flow.leaks import may_raise
from sessionlint.flow.paths import Exits, NeverReturns, Paths, catches_everything, suppresses
from sessionlint.link.names.scopes import FunctionScope, Scope
from sessionlint.link.names.sites import inner_functions, mentions
from sessionlint.link.project import Project
from sessionlint.link.question import remembered
from sessionlint.model import walk
from sessionlint.model.facts import (
    Assign,
    Attribute,
    Await,
    Call,
    Delete,
    For,
    Handler,
    If,
    Import,
    Name,
    Statement,
    Subscript,
    Term,
    Try,
    Walrus,
    While,
    With,
    WithItem,
)
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.leaving.never_returns import never_returns_in
from sessionlint.questions.sessions.block_uses import Act, Event, own_block
from sessionlint.questions.sessions.conditions import (
    NOWHERE,
    Condition,
    Conditions,
    Failed,
    State,
    after,
    catches_database_errors,
    caught_by,
    failure,
    first_rollback,
    is_refused,
    out_of_savepoint,
    raised_again,
    replaced,
    suppresses_database_errors,
    truth_when_failed,
)
from sessionlint.questions.sessions.handed import Handed, events_around, handed
from sessionlint.questions.sessions.openings import openings_of
from sessionlint.questions.sessions.passages import UNFOLLOWED, Passage, behind, mends
from sessionlint.questions.sessions.savepoints import sets_savepoint
from sessionlint.questions.sessions.statements import is_told_not_to
from sessionlint.questions.sessions.telling import Telling, assigned, roots, telling


def passage(project: Project, to: Handed, start: Condition, *, autoflushes: bool) -> Passage:
    """What becomes of a session in the condition ``start`` in the function that it is handed to."""
    key = ("passage", to.function, to.name, start, autoflushes)
    return remembered(project, key, UNFOLLOWED, _walked, project, to, start, autoflushes)


def _walked(project: Project, to: Handed, start: Condition, autoflushes: bool) -> Passage:
    walked = Tracing(project, to.function, to.name, autoflushes, never_returns_in(project, to.function))
    exits = walked.trace(start)
    rollback = first_rollback(to.function.body)
    refused = any(rollback is None or event.place.span.start < rollback for event in walked.refused)
    return Passage(exits.falls | exits.returns, exits.raises, refused)


@dataclass(slots=True)
class Tracing(Paths[Condition]):
    """The walk; ``seen`` collects the conditions before each event over all paths and rounds, ``refused`` those of them in which
    the session has failed and refuses the event; ``entered`` are the headers of the ``with`` blocks that close it."""

    project: Project
    scope: Scope
    name: str
    autoflushes: bool
    never_returns: NeverReturns
    seen: dict[Event, Conditions] = field(default_factory=dict)
    refused: dict[Event, Conditions] = field(default_factory=dict)
    by_statement: dict[Statement, list[Event]] = field(default_factory=lambda: defaultdict(list))
    managed: int = 0
    nested: int = 0
    opened: bool = False
    borrows: bool = False
    entered: dict[Place, None] = field(default_factory=dict)
    telling: dict[Handler | WithItem, Telling] = field(default_factory=dict)
    binding: dict[Statement, bool] = field(default_factory=dict)
    walruses: bool = True

    def trace(self, given: Condition = State.UNKNOWN) -> Exits[Condition]:
        """Walk the body; ``given`` is the condition of a session that comes from outside."""
        for event in events_around(self.project, self.scope, self.name):
            self.by_statement[event.site.statement].append(event)
        start = self._start()
        self.walruses = self._may_have_walruses()
        return self._block(self.scope.body, frozenset({given if start is State.UNKNOWN else start}))

    def _may_have_walruses(self) -> bool:
        """Whether the text of the body says so: its own, not the whole file's once for each body."""
        body = self.scope.body
        return bool(body) and self.project.source(self.scope).text.find(":=", body[0].start, body[-1].end) >= 0

    @property
    def events(self) -> Iterable[Event]:
        """Every event, in source order."""
        return (event for found in self.by_statement.values() for event in found)

    def _start(self) -> Condition:
        if isinstance(self.scope, FunctionScope) and any(
            any(mentions(inner, {self.name})) for inner in inner_functions(self.scope) if self.name not in inner.bindings
        ):
            return State.SHARED
        local = (
            isinstance(self.scope, FunctionScope) and self.name in self.scope.bindings and self.name not in self.scope.declared
        )
        given = isinstance(self.scope, FunctionScope) and any(param.name == self.name for param in self.scope.node.params)
        return State.ABSENT if local and not given else State.UNKNOWN

    def _own(self, statement: Statement, states: Conditions) -> tuple[Conditions, Conditions]:
        """The conditions behind the terms that a statement evaluates itself, and those in which they may raise."""
        found = self.by_statement.get(statement, [])
        after, raised = self._events(found, states, may_raise(statement))
        return (after if walk.blocks(statement) else self._bound(statement, after)), raised

    def _bound(self, statement: Statement, states: Conditions) -> Conditions:
        """The conditions behind a statement that may bind the name."""
        match statement:
            case Assign(value=value, targets=targets) if any(walk.dotted(target) == self.name for target in targets):
                return frozenset({self._opened_by(value)}) if value is not None else states
            case _:
                return frozenset({State.UNKNOWN}) if self._binds_otherwise(statement) else states

    def _binds_otherwise(self, statement: Statement) -> bool:
        """Whether a statement binds the name in another way than by a plain assignment; each path asks again."""
        if statement not in self.binding:
            self.binding[statement] = self._binds(statement)
        return self.binding[statement]

    def _binds(self, statement: Statement) -> bool:
        if isinstance(statement, Import):
            return any((alias.asname or alias.name.partition(".")[0]) == self.name for alias in statement.names)
        targets: tuple[Term, ...] = getattr(statement, "targets", ()) if isinstance(statement, Assign | Delete) else ()
        if isinstance(statement, For):
            targets = (statement.target,)
        terms = [(inner, path) for target in targets for inner, path in walk.descend(target)]
        walruses = (
            [inner.target for top in walk.own_terms(statement) for inner, _ in walk.descend(top) if isinstance(inner, Walrus)]
            if self.walruses
            else []
        )
        if any(walk.dotted(inner) == self.name for inner in (*(term for term, _ in terms), *walruses)):
            return True
        plain = (term for term, path in terms if not any(isinstance(outer, Attribute | Subscript) for outer in path))
        return any(map(self._is_owner, (*plain, *walruses)))

    def _is_owner(self, target: Term | None) -> bool:
        """Whether a target is the object that keeps the session: another one keeps another."""
        owner, dot, _ = self.name.partition(".")
        return bool(dot) and isinstance(target, Name) and target.id == owner

    def _opened_by(self, value: Term) -> State:
        value = value.value if isinstance(value, Await) else value
        if isinstance(value, Call) and openings_of(self.project).opens(value, self.scope):
            self.opened = True
            return State.CLEAN
        return State.UNKNOWN

    # --- events -------------------------------------------------------------------------------------------------------

    def _events(self, found: list[Event], states: Conditions, raising: bool) -> tuple[Conditions, Conditions]:
        raised = states if raising else NOWHERE
        for event in found:
            self.seen[event] = self.seen.get(event, NOWHERE) | states
            states, failed = self._passed(event, states) if event.act is Act.PASSED else self._done(event, states)
            if mends(event, states):
                raised = frozenset(state for state in raised if not isinstance(state, Failed))
            raised |= failed
        return states, raised

    def _done(self, event: Event, states: Conditions) -> tuple[Conditions, Conditions]:
        """The conditions behind an event, and those in which it leaves the session when it fails."""
        if is_refused(event):
            self._refuses(event, states)
        nested = self.nested > 0
        failed = (failure(event, state, autoflushes=self.autoflushes, nested=nested) for state in states)
        falls = (after(event, state, closes=self.opened and not self.managed) for state in states)
        return frozenset(falls), frozenset(state for state in failed if state is not None)

    def _refuses(self, event: Event, states: Iterable[Condition]) -> None:
        failed = frozenset(state for state in states if isinstance(state, Failed))
        if failed:
            self.refused[event] = self.refused.get(event, NOWHERE) | failed

    def _passed(self, event: Event, states: Conditions) -> tuple[Conditions, Conditions]:
        """As ``_done``, for a call that hands the session to a function of the project."""
        to = handed(self.project, event, self.name)
        falls: Conditions = NOWHERE
        raised: Conditions = NOWHERE
        for state in states:
            if to is None or state in (State.SHARED, State.ABSENT):
                falls |= {after(event, state, closes=False)}
                continue
            start = replace(state, nested=False, at=None, by=None) if isinstance(state, Failed) else state
            autoflushes = self.autoflushes and not is_told_not_to(event)
            found = passage(self.project, to, start, autoflushes=autoflushes)
            if found.refused:
                self._refuses(event, (state,))
            falls |= behind(state, found)
            raised |= self._raised(event, state, found)
        return falls, raised

    def _raised(self, event: Event, state: Condition, found: Passage) -> Conditions:
        """The conditions in which a function raises, as its caller has them."""
        failed = [other for other in found.raises if isinstance(other, Failed)]
        if isinstance(state, Failed):
            return frozenset({state}) if failed else NOWHERE
        nested = self.nested > 0
        return found.raises - {*failed} | {replace(one, nested=nested, at=event, by=None) for one in failed}

    # --- compound statements ------------------------------------------------------------------------------------------

    def _branches(self, statement: If, states: Conditions) -> tuple[Conditions, Conditions]:
        tested = self._tested(states, statement.test)
        return self._agreeing(tested, statement.test, True), self._agreeing(tested, statement.test, False)

    def _agreeing(self, states: Conditions, test: Term, truth: bool) -> Conditions:
        """The conditions in which ``test`` may be as ``truth`` says: ``if not db.is_active:`` asks whether the session failed."""
        return frozenset(
            state
            for state in states
            if not isinstance(state, Failed) or truth_when_failed(test, self.name, state) in (None, truth)
        )

    def _tested(self, states: Conditions, test: Term) -> Conditions:
        """``if not saved: return`` behind a handler that says ``saved = False``: the test may know of the failure."""
        names = roots(test)
        return frozenset(
            State.UNKNOWN
            if isinstance(state, Failed) and state.by is not None and names & self.telling[state.by].names(state, test)
            else state
            for state in states
        )

    def _round(self, statement: For | While, states: Conditions) -> Conditions:
        if isinstance(statement, While):
            return self._tested(states, statement.test)
        return frozenset({State.UNKNOWN}) if self._binds_otherwise(statement) else states

    def _caught(self, handler: Handler, raised: Conditions) -> tuple[Conditions, Conditions]:
        others = frozenset(state for state in raised if not isinstance(state, Failed))
        if not catches_database_errors(handler):
            return others, raised
        return raised, NOWHERE if catches_everything(handler) else others

    def _uncaught(self, statement: Try, raised: Conditions) -> Conditions:
        """An error of the database is one that the first handler for any of them is there for."""
        uncaught = Paths._uncaught(self, statement, raised)
        if any(map(catches_database_errors, statement.handlers)):
            return frozenset(state for state in uncaught if not isinstance(state, Failed))
        return uncaught

    def _handled(self, statement: Try, handler: Handler, states: Conditions) -> Exits[Condition]:
        self.telling[handler] = telling(statement, handler)
        exits = self._block(handler.body, caught_by(states, handler))
        exits.raises = raised_again(exits.raises, handler)
        return exits

    def _with(self, statement: With, states: Conditions) -> Exits[Condition]:
        return self._items(statement, list(statement.items), states)

    def _items(self, statement: With, items: list[WithItem], states: Conditions) -> Exits[Condition]:
        if not items:
            return self._block(statement.body, states)
        item, *rest = items
        found = [event for event in self.by_statement.get(statement, []) if _top(event) is item.context]
        after, raised = self._events(found, states, True)
        exits = self._entered(statement, item, rest, found, after, states)
        if suppresses_database_errors(item.context):
            self._suppressed(statement, item, exits)
        exits.raises |= raised
        return exits

    def _suppressed(self, statement: With, item: WithItem, exits: Exits[Condition]) -> None:
        """``with suppress(IntegrityError):`` goes on behind itself."""
        self.telling[item] = Telling(assigned(statement.body))
        caught = exits.raises if suppresses(item.context) else frozenset(s for s in exits.raises if isinstance(s, Failed))
        exits.falls |= caught_by(caught, item)
        exits.raises -= caught

    def _entered(
        self, statement: With, item: WithItem, rest: list[WithItem], found: list[Event], after: Conditions, before: Conditions
    ) -> Exits[Condition]:
        if isinstance(item.target, Name) and item.target.id == self.name:
            block = own_block(self.project, statement, item, self.scope)
            if block is None:
                return self._items(statement, rest, frozenset({State.UNKNOWN}))
            self.opened = True
            self.borrows = self.borrows or block.borrows
            return self._managing(statement, item, rest, frozenset({State.INSIDE if block.begins else State.CLEAN}))
        if self._is_owner(item.target):
            return self._items(statement, rest, frozenset({State.UNKNOWN}))
        if walk.dotted(item.context) == self.name:
            return self._managing(statement, item, rest, frozenset({State.UNKNOWN}))
        act = found[0].act if len(found) == 1 else None
        if act is Act.BEGIN:
            held = State.SHARED if before & {State.SHARED} else State.INSIDE
            return self._items(statement, rest, frozenset({held})).mapped(lambda ways: replaced(ways, State.CLEAN))
        if act is Act.NESTED or sets_savepoint(self.project, item.context, self.name, self.scope):
            self.nested += 1
            inner = self._items(statement, rest, after)
            self.nested -= 1
            return inner.mapped(out_of_savepoint)
        return self._items(statement, rest, after)

    def _managing(self, statement: With, item: WithItem, rest: list[WithItem], states: Conditions) -> Exits[Condition]:
        self.entered[Place(self.scope.module.path, item.context.span)] = None
        self.managed += 1
        exits = self._items(statement, rest, states)
        self.managed -= 1
        return exits.mapped(lambda ways: replaced(ways, State.LEFT))


def _top(event: Event) -> Term:
    return event.site.path[-1] if event.site.path else event.site.term
