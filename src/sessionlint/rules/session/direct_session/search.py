"""Is there work left that a commit at the end of a block would save?

A path walk over one body with three states. It knows the writes that can be seen (``add``, ``delete``, DML, attributes of
what was read) and takes for a write what it cannot see through: the session handed on, an object changed by a call.
"""

from collections.abc import Callable, Iterator
from dataclasses import field
from enum import Enum

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Scope, ValueBinding
from sessionlint.link.project import Project
from sessionlint.model import walk
from sessionlint.model.facts import (
    Assign,
    Attribute,
    Await,
    Block,
    Call,
    Collection,
    Comprehension,
    Constant,
    Delete,
    Evaluate,
    For,
    FString,
    If,
    Jump,
    Mapping,
    Match,
    Name,
    Raise,
    Return,
    Statement,
    Subscript,
    Term,
    Try,
    While,
    With,
)
from sessionlint.model.records import dataclass
from sessionlint.questions.sessions.block_uses import Act, Event, events
from sessionlint.questions.sessions.escape import carries, derived_names, makes_plain


class State(Enum):
    CLEAN = "nothing to commit"
    PENDING = "something may be written that is not committed yet"
    FAILED = "an error was caught, and nothing rolled back"


States = frozenset[State]
NOWHERE: States = frozenset()
_PENDING: States = frozenset({State.PENDING})
_CLEAN: States = frozenset({State.CLEAN})
_FAILED: States = frozenset({State.FAILED})
_ENDS = frozenset({Act.COMMIT, Act.ROLLBACK})
_WRITES = frozenset({Act.WRITE, Act.SHARED, Act.PASSED, Act.YIELDED, Act.RETURNED})
_READS = ("select", "show", "pragma", "explain", "set local ", "values")
_CHANGING = frozenset(
    {"update", "delete", "append", "add", "remove", "extend", "insert", "pop", "clear", "setdefault", "discard"}
)
_CONTAINERS = frozenset({"list", "dict", "set", "defaultdict", "OrderedDict", "Counter", "deque"})
_BULK = frozenset({"bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings", "connection"})


@dataclass(slots=True)
class Exits:
    """The states in which control leaves a block without an exception, by the way it leaves."""

    falls: States = NOWHERE
    returns: States = NOWHERE
    jumps: States = NOWHERE

    def add(self, other: "Exits") -> None:
        self.returns |= other.returns
        self.jumps |= other.jumps

    def mapped(self, change: Callable[[States], States]) -> "Exits":
        return Exits(*(change(way) if way else way for way in (self.falls, self.returns, self.jumps)))


def left_pending(project: Project, scope: FunctionScope | ModuleScope, block: Block, name: str) -> States:
    """The states of the session ``name`` in which control leaves ``block`` of ``scope`` without an exception."""
    derived = derived_names(scope, frozenset({name}))
    found = _Walk(project, scope, name, derived, frozenset(one for one in derived if _is_container(one, scope)))
    for event in events(project, scope, name):
        found.by_statement.setdefault(event.site.statement, []).append(event)
    exits = found.block(block, _CLEAN)
    return exits.falls | exits.returns | exits.jumps


@dataclass(slots=True)
class _Walk:
    project: Project
    scope: Scope
    name: str
    derived: frozenset[str]
    containers: frozenset[str]
    by_statement: dict[Statement, list[Event]] = field(default_factory=dict)
    seen: States = NOWHERE

    def block(self, block: Block, before: States) -> Exits:
        exits = Exits(falls=before)
        for statement in block:
            if not exits.falls:
                break
            step = self.statement(statement, exits.falls)
            exits.falls = step.falls
            exits.add(step)
            self.seen |= step.falls
        return exits

    def statement(self, statement: Statement, before: States) -> Exits:
        now = self.own(statement, before)
        match statement:
            case Return():
                return Exits(returns=now)
            case Raise():
                return Exits()
            case Jump(kind="break" | "continue"):
                return Exits(jumps=now)
            case If(body=body, orelse=orelse):
                return _either(self.block(body, now), self.block(orelse, now))
            case For(body=body, orelse=orelse) | While(body=body, orelse=orelse):
                return self.loop(body, orelse, now)
            case Match(cases=cases):
                return _either(Exits(falls=now), *(self.block(case.body, now) for case in cases))
            case With(body=body):
                return self.context(statement, body, now)
            case Try():
                return self.attempt(statement, now)
            case _:
                return Exits(falls=now)

    def loop(self, body: Block, orelse: Block, before: States) -> Exits:
        rounds = Exits(falls=before)
        for _ in range(len(State)):
            inside = self.block(body, rounds.falls)
            rounds.falls |= inside.falls | inside.jumps
            rounds.returns |= inside.returns
        after = self.block(orelse, rounds.falls)
        return Exits(after.falls | rounds.falls, after.returns | rounds.returns, after.jumps)

    def context(self, statement: With, body: Block, before: States) -> Exits:
        inside = self.block(body, before)
        if any(event.act is Act.BEGIN for event in self.by_statement.get(statement, ())):
            return inside.mapped(lambda _: _CLEAN)  # `with db.begin():` commits
        if any("suppress" in (walk.dotted(_callee(item.context)) or "") for item in statement.items):
            inside.falls |= self.raised(body, before)
        return inside

    def attempt(self, statement: Try, before: States) -> Exits:
        around, self.seen = self.seen, before
        body = self.block(statement.body, before)
        inside = self.seen
        self.seen |= around
        exits = self.block(statement.orelse, body.falls)
        exits.add(body)
        error = _FAILED if self.touches(statement.body) else inside
        for handler in statement.handlers:
            exits = _either(exits, self.block(handler.body, error))
        return exits.mapped(lambda states: self.block(statement.final, states).falls) if statement.final else exits

    def raised(self, body: Block, before: States) -> States:
        return _FAILED if self.touches(body) else before

    def touches(self, body: Block) -> bool:
        """Whether a statement of ``body``, at any depth, has to do with the session or with what it gave."""
        return any(
            statement in self.by_statement or any(carries(term, self.derived) for term in walk.own_terms(statement))
            for statement in walk.statements(body)
        )

    # --- one statement ------------------------------------------------------------------------------------------------

    def own(self, statement: Statement, before: States) -> States:
        """The states after what a statement itself does, the blocks inside it left out."""
        now = _PENDING if self.changes(statement) else before
        for event in self.by_statement.get(statement, ()):
            if event.act in _ENDS:
                now = _CLEAN
            elif self.writes(event):
                now = _PENDING
        return now

    def writes(self, event: Event) -> bool:
        if event.act in _WRITES or event.method in _BULK:
            return True
        if event.method == "query":
            return any(isinstance(outer, Attribute) and outer.attr in ("update", "delete") for outer in event.site.path)
        if event.act is not Act.SQL or event.method in ("get", "get_one", "refresh"):
            return False
        return event.call is None or not event.call.args or _may_write(event.call.args[0].value, self.scope)

    def changes(self, statement: Statement) -> bool:
        """``user.name = name``, ``user.tags.append(tag)``, ``apply(user, data)``: an object of the session is changed."""
        objects = self.derived - {self.name} - self.containers
        match statement:
            case Assign(targets=targets) | Delete(targets=targets):
                if any(isinstance(target, Attribute | Subscript) and carries(target, objects) for target in targets):
                    return True
            case Evaluate(value=value):
                call = value.value if isinstance(value, Await) else value
                if isinstance(call, Call) and not makes_plain(call) and not self.keeps_objects(call):
                    return carries(call, objects)
        return any(
            isinstance(term, Attribute) and term.attr in _CHANGING and carries(term.value, objects)
            for own in walk.own_terms(statement)
            for term, _ in walk.descend(own)
        )

    def keeps_objects(self, call: Call) -> bool:
        """A call of the session's own methods, whose arguments ``writes`` judges, or of a local list's or dict's."""
        return isinstance(call.func, Attribute) and walk.dotted(call.func.value) in {self.name, *self.containers}


def _is_container(name: str, scope: Scope) -> bool:
    """A local name for a list, dict or set that the function builds: filling it changes no object of the session's."""
    bindings = scope.bindings.get(name, ())
    values = [binding.value for binding in bindings if isinstance(binding, ValueBinding) and not binding.path]
    return len(values) == len(bindings) > 0 and all(map(_builds_container, values))


def _builds_container(value: Term | None) -> bool:
    if isinstance(value, Call):
        return (walk.dotted(value.func) or "").rpartition(".")[2] in _CONTAINERS
    return isinstance(value, Collection | Mapping | Comprehension)


def _either(*ways: Exits) -> Exits:
    found = Exits()
    for way in ways:
        found.falls |= way.falls
        found.add(way)
    return found


def _callee(term: Term) -> Term:
    return term.func if isinstance(term, Call) else term


def _may_write(statement: Term, scope: Scope) -> bool:
    """Whether a statement that is executed may be more than a query; one that cannot be seen may."""
    found = False
    for term in _parts(statement, scope):
        name = (walk.dotted(term.func) or _last(term.func)).rpartition(".")[2]
        if name in ("insert", "update", "delete"):
            return True
        if name == "text":
            if not _reads(term):
                return True
            found = True
        found = found or name in ("select", "union", "union_all", "exists", "from_statement")
    return not found


def _last(func: Term) -> str:
    return func.attr if isinstance(func, Attribute) else ""


def _parts(statement: Term, scope: Scope) -> Iterator[Call]:
    """The calls in a statement, and in the values of the local names that it is made of."""
    waiting, seen = [statement], set[str]()
    while waiting:
        for term, _ in walk.descend(waiting.pop()):
            if isinstance(term, Call):
                yield term
            elif isinstance(term, Name) and term.id not in seen:
                seen.add(term.id)
                bindings = scope.bindings.get(term.id, ())
                waiting += [binding.value for binding in bindings if isinstance(binding, ValueBinding) and binding.value]


def _reads(text: Call) -> bool:
    """``text("select ...")``."""
    given = text.args[0].value if text.args else None
    if isinstance(given, FString):
        given = given.parts[0] if given.parts else None
    return isinstance(given, Constant) and str(given.value).lstrip().lower().startswith(_READS)
