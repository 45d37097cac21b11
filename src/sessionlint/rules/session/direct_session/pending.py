"""Is there work left that a commit at the end of a block would save?

The states on the paths through one body, and through the functions of the project that it hands its session to. It knows the
writes that can be seen (``add``, ``delete``, DML, attributes of what was read) and takes for a write what it cannot see
through: the session handed to other code, an object changed by a call.
"""

from enum import Enum
from typing import TypeAlias

from sessionlint.flow.paths import Exits, NeverReturns, Paths
from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Scope, ValueBinding
from sessionlint.link.project import Project
from sessionlint.link.question import remembered
from sessionlint.model import walk
from sessionlint.model.facts import (
    Assign,
    Attribute,
    Await,
    Block,
    Call,
    Collection,
    Comprehension,
    Delete,
    Evaluate,
    Handler,
    Mapping,
    Statement,
    Subscript,
    Term,
    Try,
    With,
)
from sessionlint.model.records import dataclass
from sessionlint.model.source import Span
from sessionlint.questions.leaving.never_returns import never_returns_in
from sessionlint.questions.sessions.escape import carries, derived_names, makes_plain
from sessionlint.rules.session.direct_session.carriers import Names, held_names, receiver_name
from sessionlint.rules.session.direct_session.database_errors import may_catch_database_errors
from sessionlint.rules.session.direct_session.effects import Effect, Effects, Runs, effects, is_captured


class State(Enum):
    CLEAN = "nothing to commit"
    FAILED = "an error was caught, and nothing rolled back"
    MISREAD = "an error was caught where nothing had been written, and nothing rolled back"


@dataclass(frozen=True, slots=True)
class Written:
    """Something may be written by the statement at ``at`` that is not committed yet; None: by the caller, before."""

    at: Span | None


@dataclass(frozen=True, slots=True)
class Raised:
    """An error of the database leaves the session in ``state``."""

    state: State | Written


States: TypeAlias = frozenset[State | Written | Raised]
_CLEAN: States = frozenset({State.CLEAN})
_UNKNOWN: States = frozenset({Written(Span(0, 0))})
_CHANGING = frozenset(
    {"update", "delete", "append", "add", "remove", "extend", "insert", "pop", "clear", "setdefault", "discard"}
)
_CONTAINERS = frozenset({"list", "dict", "set", "defaultdict", "OrderedDict", "Counter", "deque"})


def left_pending(project: Project, scope: FunctionScope | ModuleScope, block: Block, name: str) -> States:
    """The states of the session ``name`` in which control leaves ``block`` of ``scope`` without an exception."""
    found = _pending(project, scope, frozenset({name}), handed=False)
    exits = found._block(block, found.start(_CLEAN, block))
    return exits.falls | exits.returns | exits.breaks | exits.continues


def _passed(project: Project, runs: Runs, state: State | Written | Raised) -> tuple[States, States]:
    """The states in which a function leaves a session that it is handed in ``state``, and those in which it raises."""
    key = ("left pending", runs.function, runs.names, state)
    return remembered(project, key, (_UNKNOWN, _UNKNOWN), _walked, project, runs, state)


def _walked(project: Project, runs: Runs, state: State | Written | Raised) -> tuple[States, States]:
    found = _pending(project, runs.function, runs.names, handed=True)
    exits = found._block(runs.function.body, found.start(frozenset({state}), runs.function.body))
    return exits.falls | exits.returns, frozenset(one for one in exits.raises if not isinstance(one, Raised))


def _has_written(project: Project, runs: Runs) -> bool:
    """Whether a function may have written something when an error leaves it."""
    return remembered(project, ("has written", runs.function, runs.names), True, _writes, project, runs)


def _writes(project: Project, runs: Runs) -> bool:
    return _pending(project, runs.function, runs.names, handed=True).writes(runs.function.body)


def _pending(project: Project, scope: FunctionScope | ModuleScope, names: Names, *, handed: bool) -> "_Pending":
    held = held_names(project, scope, names)
    derived = derived_names(scope, held)
    containers = frozenset(one for one in derived if _is_container(one, scope))
    owners = frozenset(name.partition(".")[0] for name in held)
    lent = frozenset[str]()
    if handed and isinstance(scope, FunctionScope):
        lent = frozenset(param.name for param in scope.node.params if param.name != receiver_name(scope))
    objects = (derived | lent) - held - owners - containers
    done, never_returns = effects(project, scope, names), never_returns_in(project, scope)
    return _Pending(never_returns, project, scope, held, derived, objects, containers, done, handed)


@dataclass(slots=True)
class _Pending(Paths[State | Written | Raised]):
    """``derived``: names of the session and of what may come from it; ``objects``: those of what a change would be written of.
    ``handed``: the session comes from a caller, who may have handed over more than that.
    """

    never_returns: NeverReturns
    project: Project
    scope: Scope
    names: Names
    derived: frozenset[str]
    objects: frozenset[str]
    containers: frozenset[str]
    effects: Effects
    handed: bool

    def start(self, states: States, block: Block) -> States:
        return frozenset({Written(block[0].span)}) if block and is_captured(self.scope, self.names) else states

    def _own(self, statement: Statement, states: States) -> tuple[States, States]:
        now = _written(statement, states) if self.changes(statement) else states
        raised = states
        for effect in self.effects.get(statement, ()):
            if effect is Effect.ENDS:
                now = _CLEAN
            elif effect is Effect.WRITES:
                now = _written(statement, now)
                raised |= {State.FAILED}  # by code that may have met an error of the database first
            elif isinstance(effect, Runs):
                now, failed = self._behind(statement, effect, now)
                raised |= failed
        return now, raised

    def _behind(self, statement: Statement, runs: Runs, states: States) -> tuple[States, States]:
        """The states behind a call, and those in which it raises, as the caller has them."""
        left, raised = set[State | Written | Raised](), set[State | Written | Raised]()
        for state in states:
            given = Written(None) if isinstance(state, Written) else state
            for found, ways in zip((left, raised), _passed(self.project, runs, given), strict=True):
                for one in ways:
                    own = Written(statement.span) if isinstance(one, Written) else one
                    found.add(state if one == Written(None) else own)
        return frozenset(left), frozenset(raised)

    def _with(self, statement: With, states: States) -> Exits[State | Written | Raised]:
        now, raised = self._own(statement, states)
        inside = self._block(statement.body, now)
        if Effect.BEGINS in self.effects.get(statement, ()):
            inside = inside.mapped(lambda left: _CLEAN if left else left)  # `with db.begin():` commits
        elif any("suppress" in (walk.dotted(_callee(item.context)) or "") for item in statement.items):
            inside.falls |= self.after_error(statement.body, now)
        inside.raises |= raised
        return inside

    def _tried(self, statement: Try, states: States) -> Exits[State | Written | Raised]:
        body = self._block(statement.body, states)
        others = (state for state in body.raises if not isinstance(state, Raised))
        failed = (Raised(state) for state in self.after_error(statement.body, states) if not isinstance(state, Raised))
        body.raises = frozenset((*others, *failed))
        return body

    def _caught(self, handler: Handler, raised: States) -> tuple[States, States]:
        """``except ValueError:`` is not there for errors of the database."""
        failed = frozenset(state.state for state in raised if isinstance(state, Raised))
        others = frozenset(state for state in raised if not isinstance(state, Raised))
        return failed if failed and may_catch_database_errors(self.project, handler, self.scope) else others, raised

    def after_error(self, body: Block, states: States) -> States:
        """The states in which an error leaves ``body``, which was entered in ``states``.

        What was read is there; to look at it asks the database only for more of it.
        """
        writes = any(isinstance(state, Written) for state in states) or self.writes(body)
        if any(self.uses(statement) for statement in walk.statements(body)):
            return frozenset({State.FAILED if writes else State.MISREAD})
        looks = any(carries(term, self.derived) for one in walk.statements(body) for term in walk.own_terms(one))
        return frozenset({State.FAILED}) if looks and writes else states

    def uses(self, statement: Statement) -> bool:
        """Whether a statement does something with the session, or may."""
        terms = [inner for term in walk.own_terms(statement) for inner, _ in walk.descend(term)]
        return statement in self.effects or any(walk.dotted(term) in self.names for term in terms)

    def writes(self, body: Block) -> bool:
        """Whether something in ``body`` may write, whatever becomes of it then."""
        return any(
            self.changes(one)
            or any(not isinstance(effect, Runs) or _has_written(self.project, effect) for effect in self.effects.get(one, ()))
            for one in walk.statements(body)
        )

    # --- one statement ------------------------------------------------------------------------------------------------

    def changes(self, statement: Statement) -> bool:
        """``user.name = name``, ``user.tags.append(tag)``, ``apply(user, data)``: an object of the session is changed."""
        match statement:
            case Assign(targets=targets) | Delete(targets=targets):
                if any(isinstance(target, Attribute | Subscript) and self.is_object(target) for target in targets):
                    return True
            case Evaluate(value=value):
                call = value.value if isinstance(value, Await) else value
                if isinstance(call, Call) and not makes_plain(call) and not self.keeps_objects(call):
                    return carries(call, self.objects)
        return any(
            isinstance(term, Attribute) and term.attr in _CHANGING and carries(term.value, self.objects)
            for own in walk.own_terms(statement)
            for term, _ in walk.descend(own)
        )

    def is_object(self, target: Attribute | Subscript) -> bool:
        """Whether what is assigned to may belong to an object of the session; one that ``self`` has may."""
        receiver = receiver_name(self.scope) if self.handed and isinstance(self.scope, FunctionScope) else None
        kept = (walk.dotted(target.value) or "").partition(".")
        return carries(target, self.objects) or (kept[0] == receiver is not None and kept[1] == ".")

    def keeps_objects(self, call: Call) -> bool:
        """A call of the session's own methods, whose arguments are judged by themselves, or of a local list's or dict's."""
        return isinstance(call.func, Attribute) and walk.dotted(call.func.value) in {*self.names, *self.containers}


def _written(statement: Statement, states: States) -> States:
    """``states`` behind a write: what was pending still is, what had failed as well."""
    return frozenset({Written(statement.span), *(state for state in states if state is not State.CLEAN)})


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
