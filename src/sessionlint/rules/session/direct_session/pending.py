"""Is there work left that a commit at the end of a block would save?

Three states on the paths through one body. It knows the writes that can be seen (``add``, ``delete``, DML, attributes of
what was read) and takes for a write what it cannot see through: the session handed on, an object changed by a call.
"""

from collections.abc import Iterator
from dataclasses import field
from enum import Enum

from sessionlint.flow.paths import Exits, NeverReturns, Paths
from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Scope, ValueBinding
from sessionlint.link.project import Project
from sessionlint.link.values.known_names import WRITING_STATEMENTS
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
    FString,
    Mapping,
    Name,
    Statement,
    Subscript,
    Term,
    Try,
    With,
)
from sessionlint.model.records import dataclass
from sessionlint.questions.leaving.never_returns import never_returns_in
from sessionlint.questions.sessions.block_uses import Act, Event, events
from sessionlint.questions.sessions.escape import carries, derived_names, makes_plain


class State(Enum):
    CLEAN = "nothing to commit"
    PENDING = "something may be written that is not committed yet"
    FAILED = "an error was caught, and nothing rolled back"


States = frozenset[State]
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


def left_pending(project: Project, scope: FunctionScope | ModuleScope, block: Block, name: str) -> States:
    """The states of the session ``name`` in which control leaves ``block`` of ``scope`` without an exception."""
    derived = derived_names(scope, frozenset({name}))
    containers = frozenset(one for one in derived if _is_container(one, scope))
    found = _Pending(never_returns_in(project, scope), scope, name, derived, containers)
    for event in events(project, scope, name):
        found.by_statement.setdefault(event.site.statement, []).append(event)
    return found.left(block)


@dataclass(slots=True)
class _Pending(Paths[State]):
    never_returns: NeverReturns
    scope: Scope
    name: str
    derived: frozenset[str]
    containers: frozenset[str]
    by_statement: dict[Statement, list[Event]] = field(default_factory=dict)

    def left(self, block: Block) -> States:
        exits = self._block(block, _CLEAN)
        return exits.falls | exits.returns | exits.breaks | exits.continues

    def _own(self, statement: Statement, states: States) -> tuple[States, States]:
        now = _PENDING if self.changes(statement) else states
        for event in self.by_statement.get(statement, ()):
            if event.act in _ENDS:
                now = _CLEAN
            elif self.writes(event):
                now = _PENDING
        return now, states

    def _with(self, statement: With, states: States) -> Exits[State]:
        now, raised = self._own(statement, states)
        inside = self._block(statement.body, now)
        if any(event.act is Act.BEGIN for event in self.by_statement.get(statement, ())):
            inside = inside.mapped(lambda left: _CLEAN if left else left)  # `with db.begin():` commits
        elif any("suppress" in (walk.dotted(_callee(item.context)) or "") for item in statement.items):
            inside.falls |= self.after_error(statement.body, now)
        inside.raises |= raised
        return inside

    def _tried(self, statement: Try, states: States) -> Exits[State]:
        body = self._block(statement.body, states)
        body.raises = self.after_error(statement.body, states)
        return body

    def after_error(self, body: Block, states: States) -> States:
        """The states in which an error leaves ``body``, which was entered in ``states``."""
        return _FAILED if self.touches(body) else states

    def touches(self, body: Block) -> bool:
        """Whether a statement of ``body``, at any depth, has to do with the session or with what it gave."""
        return any(
            statement in self.by_statement or any(carries(term, self.derived) for term in walk.own_terms(statement))
            for statement in walk.statements(body)
        )

    # --- one statement ------------------------------------------------------------------------------------------------

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


def _callee(term: Term) -> Term:
    return term.func if isinstance(term, Call) else term


def _may_write(statement: Term, scope: Scope) -> bool:
    """Whether a statement that is executed may be more than a query; one that cannot be seen may."""
    found = False
    for term in _parts(statement, scope):
        name = (walk.dotted(term.func) or _last(term.func)).rpartition(".")[2]
        if name in WRITING_STATEMENTS:
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
