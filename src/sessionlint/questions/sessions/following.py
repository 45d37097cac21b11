"""A walk over the paths of one body that follows one session: where it is opened, used and closed, and what others do with it.

What the states are, and what each event makes of one, is the business of the walk that uses this one; ``tracing`` is the walk
for those who ask whether the session has failed.
"""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import field
from typing import TypeVar

from sessionlint.flow.leaks import may_raise
from sessionlint.flow.paths import Exits, NeverReturns, Paths
from sessionlint.link.names.scopes import Scope, ValueBinding
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import (
    Assign,
    Attribute,
    Await,
    Call,
    Delete,
    For,
    Import,
    Name,
    Statement,
    Subscript,
    Term,
    While,
    With,
    WithItem,
)
from sessionlint.model.records import dataclass
from sessionlint.questions.sessions.block_uses import Act, Event, own_block
from sessionlint.questions.sessions.handed import called_at, events_around
from sessionlint.questions.sessions.openings import openings_of

S = TypeVar("S")


@dataclass(slots=True)
class Following(Paths[S]):
    """The walk. ``fresh`` is the state of a session that has just been opened, ``unsure`` that of one of which nothing is known,
    ``ended`` that behind the end of a block which closes it or ends its transaction."""

    project: Project
    scope: Scope
    name: str
    never_returns: NeverReturns
    fresh: S
    unsure: S
    ended: S
    by_statement: dict[Statement, list[Event]] = field(default_factory=dict)
    made_with: frozenset[str] = frozenset()

    def follow(self, given: S) -> Exits[S]:
        """Walk the body of the scope; ``given`` is the state of a session that comes from outside."""
        self.gather()
        return self._block(self.scope.body, frozenset({given}))

    def gather(self) -> None:
        """Find the events, before the walk; in one statement, those in the arguments of a call come before the call."""
        owner, dot, _ = self.name.partition(".")
        self.made_with = made_with(self.project, self.scope, owner) if dot else frozenset()
        for event in events_around(self.project, self.scope, self.name):
            self.by_statement.setdefault(event.site.statement, []).append(event)
        for found in self.by_statement.values():
            if len(found) > 1:
                found.sort(key=_end)

    @property
    def events(self) -> Iterator[Event]:
        """Every event, in the order of the source's statements."""
        return (event for found in self.by_statement.values() for event in found)

    @abstractmethod
    def _behind(self, event: Event, state: S) -> frozenset[S]:
        """The states that an event leads to."""

    def _own(self, statement: Statement, states: frozenset[S]) -> tuple[frozenset[S], frozenset[S]]:
        after, raised = self._passed(self.by_statement.get(statement, ()), states)
        return self._bound(statement, after), raised if may_raise(statement) else frozenset()

    def _passed(self, events: Sequence[Event], states: frozenset[S]) -> tuple[frozenset[S], frozenset[S]]:
        """The states behind some events, and all that were met on the way."""
        met = states
        for event in events:
            states = frozenset(after for state in states for after in self._behind(event, state))
            met |= states
        return states, met

    def _bound(self, statement: Statement, states: frozenset[S]) -> frozenset[S]:
        """The states behind a statement that may give the name to another session."""
        if not any(_names(target, self.name) for target in _targets(statement)):
            return states
        value = statement.value if isinstance(statement, Assign) else None
        call = value.value if isinstance(value, Await) else value
        opens = isinstance(call, Call) and openings_of(self.project).opens(call, self.scope)
        return frozenset({self.fresh if opens else self.unsure})

    def _round(self, statement: For | While, states: frozenset[S]) -> frozenset[S]:
        binds = isinstance(statement, For) and _names(statement.target, self.name)
        return frozenset({self.unsure}) if binds else states

    def _with(self, statement: With, states: frozenset[S]) -> Exits[S]:
        return self._items(statement, statement.items, states)

    def _items(self, statement: With, items: Sequence[WithItem], states: frozenset[S]) -> Exits[S]:
        if not items:
            return self._block(statement.body, states)
        item, *rest = items
        found = [event for event in self.by_statement.get(statement, ()) if _top(event) is item.context]
        after, raised = self._passed(found, states)
        exits = self._entered(statement, item, rest, found, after)
        exits.raises |= raised
        return exits

    def _entered(
        self, statement: With, item: WithItem, rest: Sequence[WithItem], found: Sequence[Event], after: frozenset[S]
    ) -> Exits[S]:
        if item.target is not None and _names(item.target, self.name):
            block = own_block(self.project, statement, item, self.scope)
            inner = self._items(statement, rest, frozenset({self.unsure if block is None else self.fresh}))
            return inner.mapped(self._ends)
        exits = self._items(statement, rest, after)
        if isinstance(item.target, Name) and item.target.id in self.made_with:
            return exits.mapped(self._ends)
        closes = walk.dotted(item.context) == self.name or any(event.act is Act.BEGIN for event in found)
        return exits.mapped(self._ends) if closes else exits

    def _ends(self, states: frozenset[S]) -> frozenset[S]:
        return frozenset({self.ended}) if states else states


def made_with(project: Project, scope: Scope, owner: str) -> frozenset[str]:
    """The sessions that a body gives to the constructor of the object ``owner``, by the names that it has for them."""
    made = (binding.value for binding in scope.bindings.get(owner, ()) if isinstance(binding, ValueBinding))
    given = (each.term for call in made if isinstance(call, Call) for each in call.args)
    return frozenset(term.id for term in given if isinstance(term, Name) and isinstance(project.kind(term, scope), kinds.Session))


def _names(target: Term, name: str) -> bool:
    """Whether a target is the session ``name``, or the object that keeps it."""
    return any(
        walk.dotted(inner) in (name, name.partition(".")[0])
        for inner, path in walk.descend(target)
        if not any(isinstance(outer, Attribute | Subscript) for outer in path)
    )


def _targets(statement: Statement) -> tuple[Term, ...]:
    match statement:
        case Assign(targets=targets) | Delete(targets=targets):
            return targets
        case Import(names=names):
            return tuple(Name(alias.start, alias.asname or alias.name.partition(".")[0]) for alias in names)
        case _:
            return ()


def _end(event: Event) -> int:
    """Where the call ends that an event is, or that it is an argument of."""
    call = called_at(event.site) if event.act is Act.PASSED else None
    return call.span.end if call is not None else event.place.span.end


def _top(event: Event) -> Term:
    return event.site.path[-1] if event.site.path else event.site.term
