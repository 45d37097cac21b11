"""In which state is a session when something is done to it? One name, one body, every path through it.

What the states are and how one leads to another is said in ``link.conditions``; here is the walk.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import field

from sessionlint.flow.leaks import may_raise
from sessionlint.flow.paths import Exits, Paths, catches_everything, suppresses
from sessionlint.link.names.scopes import ClassScope, FunctionScope, ModuleScope, Scope
from sessionlint.link.names.sites import inner_functions, sites
from sessionlint.link.project import Project
from sessionlint.link.question import collected
from sessionlint.link.values import kinds
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
    Jump,
    Name,
    Raise,
    Return,
    Statement,
    Term,
    Try,
    Walrus,
    While,
    With,
    WithItem,
)
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.sessions.block_uses import SESSION_METHODS, Act, Event, events, own_block
from sessionlint.questions.sessions.conditions import (
    NOWHERE,
    Condition,
    Conditions,
    Failed,
    State,
    after,
    catches_database_errors,
    may_fail,
    replaced,
    swallowed_by,
)
from sessionlint.questions.sessions.openings import openings_of


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """An event and the conditions of the session in which paths reach it."""

    event: Event
    before: Conditions


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What one body does with one session, in source order; ``entered`` are the headers of the ``with`` blocks that close it."""

    scope: Scope
    name: str
    session: kinds.Session
    steps: tuple[Step, ...]
    entered: tuple[Place, ...]


@collected
def courses(project: Project, module: ModuleScope) -> Iterator[Course]:
    """The course of every session, however it came there, in every body of ``module`` that calls one of its methods."""
    return (_Tracing(project, scope, name, session).course() for scope, name, session in _sessions(project, module))


def _sessions(project: Project, module: ModuleScope) -> Iterator[tuple[Scope, str, kinds.Session]]:
    known = set()
    for site in module.calls:
        func = site.term.func if isinstance(site.term, Call) else None
        if not isinstance(func, Attribute) or func.attr not in SESSION_METHODS or isinstance(site.scope, ClassScope):
            continue
        name = walk.dotted(func.value)
        if name is None or name.count(".") > 1 or (site.scope, name) in known:
            continue
        kind = project.kind(func.value, site.scope)
        if isinstance(kind, kinds.Session):
            known.add((site.scope, name))
            yield site.scope, name, kind


@dataclass(slots=True)
class _Tracing(Paths[Condition]):
    """The walk; ``seen`` collects the conditions before each event over all paths and rounds."""

    project: Project
    scope: Scope
    name: str
    session: kinds.Session
    seen: dict[Event, Conditions] = field(default_factory=dict)
    by_statement: dict[Statement, list[Event]] = field(default_factory=lambda: defaultdict(list))
    managed: int = 0
    opened: bool = False
    entered: dict[Place, None] = field(default_factory=dict)
    swallowed: dict[Handler, frozenset[str]] = field(default_factory=dict)

    def course(self) -> Course:
        for event in events(self.project, self.scope, self.name):
            self.by_statement[event.site.statement].append(event)
        self._block(self.scope.body, frozenset({self._start()}))
        order = [event for found in self.by_statement.values() for event in found]
        steps = tuple(Step(event, self.seen.get(event, NOWHERE)) for event in order)
        return Course(self.scope, self.name, self.session, steps, tuple(self.entered))

    def _start(self) -> Condition:
        if isinstance(self.scope, FunctionScope) and any(
            isinstance(site.term, Name | Attribute) and walk.dotted(site.term) == self.name
            for inner in inner_functions(self.scope)
            if self.name not in inner.bindings
            for site in sites(inner)
        ):
            return State.SHARED
        local = (
            isinstance(self.scope, FunctionScope) and self.name in self.scope.bindings and self.name not in self.scope.declared
        )
        given = isinstance(self.scope, FunctionScope) and any(param.name == self.name for param in self.scope.node.params)
        return State.ABSENT if local and not given else State.UNKNOWN

    def _simple(self, statement: Statement, states: Conditions) -> Exits[Condition]:
        after, raised = self._header(statement, states)
        match statement:
            case Return():
                return Exits(returns=after, raises=raised)
            case Raise():
                return Exits(raises=after)
            case Jump(kind="break"):
                return Exits(breaks=after)
            case Jump(kind="continue"):
                return Exits(continues=after)
            case Delete() | Import() if self._binds(statement):
                return Exits(falls=frozenset({State.UNKNOWN}), raises=raised)
            case Assign(value=value, targets=targets) if any(walk.dotted(target) == self.name for target in targets):
                return Exits(falls=frozenset({self._opened_by(value)}) if value is not None else after, raises=raised)
            case _ if self._binds(statement):
                return Exits(falls=frozenset({State.UNKNOWN}), raises=raised)
            case _:
                return Exits(falls=after, raises=raised)

    def _binds(self, statement: Statement) -> bool:
        """Whether a statement binds the name in another way than by a plain assignment."""
        if isinstance(statement, Import):
            return any((alias.asname or alias.name.partition(".")[0]) == self.name for alias in statement.names)
        targets: tuple[Term, ...] = getattr(statement, "targets", ()) if isinstance(statement, Assign | Delete) else ()
        if isinstance(statement, For):
            targets = (statement.target,)
        terms = [inner for target in targets for inner, _ in walk.descend(target)]
        walruses = [
            inner.target for top in walk.own_terms(statement) for inner, _ in walk.descend(top) if isinstance(inner, Walrus)
        ]
        return any(walk.dotted(inner) == self.name for inner in (*terms, *walruses))

    def _opened_by(self, value: Term) -> State:
        value = value.value if isinstance(value, Await) else value
        if isinstance(value, Call) and openings_of(self.project).opens(value, self.scope):
            self.opened = True
            return State.CLEAN
        return State.UNKNOWN

    # --- events -------------------------------------------------------------------------------------------------------

    def _header(self, statement: Statement, states: Conditions) -> tuple[Conditions, Conditions]:
        """The conditions behind the terms that a statement evaluates itself, and those in which they may raise."""
        terms = list(walk.own_terms(statement))
        found = self.by_statement.get(statement, [])
        return self._terms(terms, found, states, may_raise(statement))

    def _terms(self, terms: list[Term], found: list[Event], states: Conditions, raising: bool) -> tuple[Conditions, Conditions]:
        raised = states if raising else NOWHERE
        for event in found:
            self.seen[event] = self.seen.get(event, NOWHERE) | states
            if may_fail(event):
                raised |= {Failed() for state in states if state in (State.UNKNOWN, State.CLEAN, State.BEGUN)}
            states = frozenset(after(event, state, closes=self.opened and not self.managed) for state in states)
        if "." in self.name and any(self._calls_owner(term) for term in terms):
            states = frozenset(State.UNKNOWN for _ in states)  # a method of the same object may commit, roll back or close
        return states, raised

    def _calls_owner(self, term: Term) -> bool:
        owner = self.name.partition(".")[0]
        for inner, _ in walk.descend(term):
            if isinstance(inner, Call):
                called = walk.dotted(inner.func) or ""
                if called.startswith(f"{owner}.") and not called.startswith(f"{self.name}."):
                    return True
                if any(walk.dotted(given.value) == owner for given in inner.args):
                    return True
        return False

    # --- compound statements ------------------------------------------------------------------------------------------

    def _branches(self, statement: If, states: Conditions) -> tuple[Conditions, Conditions]:
        tested = self._tested(states, statement.test)
        return tested, tested

    def _tested(self, states: Conditions, test: Term) -> Conditions:
        """``if not saved: return`` behind a handler that says ``saved = False``: the test may know of the failure."""
        names = _roots(test)
        return frozenset(
            State.UNKNOWN if isinstance(state, Failed) and state.by and names & self.swallowed.get(state.by, names) else state
            for state in states
        )

    def _round(self, statement: For | While, states: Conditions) -> Conditions:
        if isinstance(statement, While):
            return self._tested(states, statement.test)
        return frozenset({State.UNKNOWN}) if self._binds(statement) else states

    def _guarded(self, statement: Try, states: Conditions) -> Exits[Condition]:
        body = self._block(statement.body, states)
        exits = Exits(returns=body.returns, breaks=body.breaks, continues=body.continues)
        if not any(catches_everything(handler) for handler in statement.handlers):
            exits.raises |= body.raises
        orelse = self._block(statement.orelse, body.falls)
        exits.add(orelse)
        exits.falls = orelse.falls
        caught = body.raises
        for handler in statement.handlers:
            entering = caught if catches_database_errors(handler) else frozenset(s for s in caught if not isinstance(s, Failed))
            self.swallowed[handler] = _assigned(statement, handler)
            handled = self._block(handler.body, entering).mapped(lambda ways, handler=handler: swallowed_by(ways, handler))  # type: ignore[misc]
            exits.add(handled)
            exits.falls |= handled.falls
            if catches_everything(handler):
                caught = NOWHERE
            elif catches_database_errors(handler):
                caught = frozenset(s for s in caught if not isinstance(s, Failed))
        return exits

    def _with(self, statement: With, states: Conditions) -> Exits[Condition]:
        return self._items(statement, list(statement.items), states)

    def _items(self, statement: With, items: list[WithItem], states: Conditions) -> Exits[Condition]:
        if not items:
            return self._block(statement.body, states)
        item, *rest = items
        found = [event for event in self.by_statement.get(statement, []) if _top(event) is item.context]
        after, raised = self._terms([item.context], found, states, True)
        exits = self._entered(statement, item, rest, found, after, states)
        if suppresses(item.context):
            exits.falls |= exits.raises
        exits.raises |= raised
        return exits

    def _entered(
        self, statement: With, item: WithItem, rest: list[WithItem], found: list[Event], after: Conditions, before: Conditions
    ) -> Exits[Condition]:
        if isinstance(item.target, Name) and item.target.id == self.name:
            block = own_block(self.project, statement, item, self.scope)
            if block is None:
                return self._items(statement, rest, frozenset({State.UNKNOWN}))
            self.opened = True
            return self._managing(statement, item, rest, frozenset({State.INSIDE if block.begins else State.CLEAN}))
        if walk.dotted(item.context) == self.name:
            return self._managing(statement, item, rest, frozenset({State.UNKNOWN}))
        act = found[0].act if len(found) == 1 else None
        if act is Act.BEGIN:
            held = State.SHARED if before & {State.SHARED} else State.INSIDE
            return self._items(statement, rest, frozenset({held})).mapped(lambda ways: replaced(ways, State.CLEAN))
        if act is Act.NESTED:
            inner = self._items(statement, rest, before if before & {State.INSIDE, State.ENDED, State.SHARED} else after)
            inner.raises = frozenset(State.BEGUN if isinstance(s, Failed) else s for s in inner.raises)
            return inner
        return self._items(statement, rest, after)

    def _managing(self, statement: With, item: WithItem, rest: list[WithItem], states: Conditions) -> Exits[Condition]:
        self.entered[Place(self.scope.module.path, item.context.span)] = None
        self.managed += 1
        exits = self._items(statement, rest, states)
        self.managed -= 1
        return exits.mapped(lambda ways: replaced(ways, State.LEFT))


def _assigned(statement: Try, handler: Handler) -> frozenset[str]:
    """The names by which code behind the ``try`` can tell that it failed: assigned in it, or touched by the handler."""
    found: set[str] = set()
    for inner in walk.statements((*statement.body, *statement.orelse)):
        for target in getattr(inner, "targets", ()):
            found |= _roots(target)
    for inner in walk.statements(handler.body):
        for term in walk.own_terms(inner):
            found |= _roots(term)
    return frozenset(found)


def _roots(term: Term) -> frozenset[str]:
    return frozenset(inner.id for inner, _ in walk.descend(term) if isinstance(inner, Name))


def _top(event: Event) -> Term:
    return event.site.path[-1] if event.site.path else event.site.term
