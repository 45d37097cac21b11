"""Loops over rows that come through a server-side cursor, and what ends the transaction in them.

Which rows are streamed was tried on PostgreSQL, with SQLAlchemy 1.4, 2.0 and 2.1: the ORM fetches all rows of
``stream(select(User))`` before it makes the first object, unless it is told how many to make at a time.
"""

from collections.abc import Iterator
from dataclasses import field
from enum import Enum

from sessionlint.flow.paths import Exits
from sessionlint.link.names.scopes import ModuleScope, Scope
from sessionlint.link.project import Project
from sessionlint.link.question import remembered
from sessionlint.link.values import kinds
from sessionlint.link.values.known_names import RESULT_STEPS
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Await, Call, Constant, For, Mapping, Name, Term
from sessionlint.model.records import dataclass
from sessionlint.questions.leaving.never_returns import never_returns_in
from sessionlint.questions.references.definitions import written_for
from sessionlint.questions.sessions.block_uses import Act, Event
from sessionlint.questions.sessions.following import Following
from sessionlint.questions.sessions.handed import Handed, handed
from sessionlint.questions.sessions.openings import openings_of

WORDS = ("yield_per", "stream")
_STREAMING = frozenset({"stream", "stream_scalars"})
_RUNNING = frozenset({"execute", "exec", "scalars", "stream", "stream_scalars"})
_BATCHES = frozenset({"yield_per", "partitions"})
_STEPS = RESULT_STEPS | _BATCHES
_FETCHING = frozenset({"all", "first", "one", "one_or_none", "scalar", "count", "fetchall", "fetchmany", "get"})
_PASSING = frozenset({"builtins.enumerate", "builtins.iter"})
_ENDS = frozenset({Act.COMMIT, Act.ROLLBACK, Act.CLOSE})


class Cursor(Enum):
    OPEN = "rows are left to be fetched"
    ENDED = "the transaction has ended, and the cursor with it"
    UNSURE = "nothing is known"


@dataclass(frozen=True, slots=True, eq=False)
class EndedStream:
    """``event`` ends the transaction whose rows ``loop`` reads from the session or connection ``name``, and the loop goes on."""

    loop: For
    name: str
    event: Event


def ended_streams(project: Project, module: ModuleScope) -> Iterator[EndedStream]:
    """Each loop once, with the first event that ends its cursor."""
    if not any(project.mentions(module, word) for word in WORDS):
        return
    scopes: tuple[Scope, ...] = (module, *module.functions)
    for scope in scopes:
        for loop in walk.statements(scope.body):
            name = streamed_from(project, loop.iter, scope) if isinstance(loop, For) else None
            if isinstance(loop, For) and name is not None and not _borrows(project, name, scope):
                walked = _Walk.of(project, scope, name)
                exits = walked.rounds_of(loop)
                if Cursor.ENDED in exits.falls | exits.continues and walked.ending:
                    yield EndedStream(loop, name, next(iter(walked.ending)))


# --- what is streamed -------------------------------------------------------------------------------------------------


def streamed_from(project: Project, term: Term, scope: Scope) -> str | None:
    """The session or connection from which ``term`` fetches row by row, while a loop asks for them."""
    batches = False
    while True:
        match term:
            case Await(value=value):
                term = value
            case Call(func=func, args=(first, *_)) if _passes(project, func, scope):
                term = first.term
            case Call(func=Attribute(value=value, attr=attr)) if attr in _STEPS and not _is_asked(project, value, scope):
                batches = batches or attr in _BATCHES
                term = value
            case Name():
                found = written_for(project, term, scope)
                if found is None or found[1] is not scope or found[0] is term:
                    return None
                term = found[0]
            case Call(func=Attribute()):
                return _source(project, term, scope, batches)
            case _:
                return None


def _passes(project: Project, func: Term, scope: Scope) -> bool:
    callee = project.kind(func, scope)
    return isinstance(callee, kinds.External) and callee.name in _PASSING


def _is_asked(project: Project, term: Term, scope: Scope) -> bool:
    return isinstance(project.kind(term, scope), kinds.Session | kinds.Factory | kinds.Connection)


def _source(project: Project, call: Call, scope: Scope, batches: bool) -> str | None:
    query = _query(call)
    if query is not None:
        return walk.dotted(query) if batches and isinstance(project.kind(query, scope), kinds.Session) else None
    assert isinstance(call.func, Attribute)
    owner = project.kind(call.func.value, scope)
    if call.func.attr not in _RUNNING or not isinstance(owner, kinds.Session | kinds.Connection) or not call.args:
        return None
    if not _is_streamed(project, call, scope, batches, of_rows=isinstance(owner, kinds.Connection)):
        return None
    receiver: Term = call.func.value
    while isinstance(receiver, Call) and isinstance(receiver.func, Attribute):
        receiver = receiver.func.value
    return walk.dotted(receiver)


def _query(term: Term) -> Term | None:
    """The session of ``db.query(User).filter(...)``, as long as nothing fetches its rows."""
    while isinstance(term, Call) and isinstance(term.func, Attribute) and term.func.attr not in _FETCHING:
        if term.func.attr == "query":
            return term.func.value
        term = term.func.value
    return None


def _is_streamed(project: Project, call: Call, scope: Scope, batches: bool, *, of_rows: bool) -> bool:
    assert isinstance(call.func, Attribute)
    found = written_for(project, call.args[0].term, scope)
    statement = found[0] if found is not None else call.args[0].term
    options = {**_options(call), **_options(statement)}
    if "yield_per" in options:
        return True
    streams = call.func.attr in _STREAMING
    is_text = isinstance(statement, Call) and (walk.dotted(statement.func) or "").rpartition(".")[2] == "text"
    return (streams and batches) or ((streams or "stream_results" in options) and (of_rows or is_text))


def _options(term: Term) -> dict[str, Term]:
    """The execution options that a term gives: ``.execution_options(yield_per=10)``, ``execution_options={"yield_per": 10}``."""
    found: dict[str, Term] = {}
    for inner, _ in walk.descend(term):
        if isinstance(inner, Call) and isinstance(inner.func, Attribute) and inner.func.attr == "execution_options":
            found |= {given.keyword: given.term for given in inner.args if given.keyword is not None}
        elif isinstance(inner, Mapping):
            found |= {str(key.value): value for key, value in inner.items if isinstance(key, Constant)}
    return {key: value for key, value in found.items() if not (isinstance(value, Constant) and not value.value)}


def _borrows(project: Project, name: str, scope: Scope) -> bool:
    """Whether a session is opened on a connection whose transaction is somebody else's: it ends none of its own."""
    made = (getattr(binding, "value", None) for binding in scope.bindings.get(name, ()))
    return any(isinstance(call, Call) and openings_of(project).borrows(call, scope) for call in made)


# --- the walk ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Walk(Following[Cursor]):
    ending: dict[Event, None] = field(default_factory=dict)

    @classmethod
    def of(cls, project: Project, scope: Scope, name: str) -> "_Walk":
        known = never_returns_in(project, scope)
        return cls(project, scope, name, known, fresh=Cursor.UNSURE, unsure=Cursor.UNSURE, ended=Cursor.UNSURE)

    def rounds_of(self, loop: For) -> Exits[Cursor]:
        """The exits of one round of a loop."""
        self.gather()
        return self._block(loop.body, frozenset({Cursor.OPEN}))

    def _behind(self, event: Event, state: Cursor) -> frozenset[Cursor]:
        if event.act in (Act.SHARED, Act.YIELDED) or state is Cursor.UNSURE:
            return frozenset({Cursor.UNSURE})
        found: frozenset[Cursor] = frozenset({state})
        if event.act is Act.PASSED:
            to = handed(self.project, event, self.name)
            found = _through(self.project, to) if to is not None else frozenset({Cursor.UNSURE})
        elif event.act in _ENDS:
            found = frozenset({Cursor.ENDED})
        if state is Cursor.OPEN and Cursor.ENDED in found:
            self.ending[event] = None
        return found if state is Cursor.OPEN else frozenset({state})


def _through(project: Project, to: Handed) -> frozenset[Cursor]:
    """What becomes of the cursor in a function that gets the session."""
    return remembered(project, ("cursor behind", to.function, to.name), frozenset({Cursor.UNSURE}), _behind_function, project, to)


def _behind_function(project: Project, to: Handed) -> frozenset[Cursor]:
    exits = _Walk.of(project, to.function, to.name).follow(Cursor.OPEN)
    return exits.falls | exits.returns
