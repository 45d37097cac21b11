"""Calls of methods of sessions, connections and engines, and which of those methods are coroutines."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Site
from sessionlint.link.project import Project
from sessionlint.link.question import collected, gathered, postings
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Call, Comprehension, Lambda, Name, Term
from sessionlint.model.records import dataclass
from sessionlint.questions.sessions.given_sessions import async_in_truth
from sessionlint.questions.sessions.narrowing import is_ruled_out

Owner: TypeAlias = kinds.Session | kinds.Connection | kinds.Engine

# The methods of SQLAlchemy 2.1's asyncio extension and of sqlmodel's AsyncSession, as `inspect` tells them apart.
SESSION_COROUTINES = frozenset(
    {
        *("aclose", "close", "close_all", "commit", "connection", "delete", "delete_all", "exec", "execute", "flush", "get"),
        *("get_one", "invalidate", "merge", "merge_all", "refresh", "remove", "reset", "rollback", "run_sync", "scalar"),
        *("scalars", "stream", "stream_scalars"),
    }
)
_CONNECTION_COROUTINES = frozenset(
    {
        *("aclose", "close", "commit", "exec_driver_sql", "execute", "execution_options", "get_isolation_level"),
        *("get_raw_connection", "invalidate", "rollback", "run_sync", "scalar", "scalars", "start"),
    }
)
_ENGINE_COROUTINES = frozenset({"dispose", "raw_connection"})
_SESSION_FUNCTIONS = frozenset(
    {
        *("add", "add_all", "bind_mapper", "bind_table", "expire", "expire_all", "expunge", "expunge_all", "get_bind"),
        *("get_nested_transaction", "get_transaction", "identity_key", "in_nested_transaction", "in_transaction"),
        *("is_modified", "object_session"),
    }
)
_CONNECTION_FUNCTIONS = frozenset({"get_nested_transaction", "get_transaction", "in_nested_transaction", "in_transaction"})
_BEGINS = frozenset({"begin", "begin_nested"})


@dataclass(frozen=True, slots=True, eq=False)
class MethodCall:
    """``site.term`` is the call ``receiver.method(...)``; ``receiver`` as a dotted name, None when it is no name."""

    site: Site
    owner: Owner
    method: str
    receiver: str | None

    @property
    def written(self) -> str:
        """For a message: ``db.commit()``, ``db.execute(...)``."""
        assert isinstance(self.site.term, Call)
        return f"{self.receiver or 'session'}.{self.method}({'...' if self.site.term.args else ''})"

    @property
    def is_coroutine(self) -> bool:
        """Whether the call gives a coroutine."""
        match self.owner:
            case kinds.Session(is_async=True):
                return self.method in SESSION_COROUTINES
            case kinds.Connection(is_async=True):
                return self.method in _CONNECTION_COROUTINES
            case kinds.Engine(is_async=True):
                return self.method in _ENGINE_COROUTINES
            case _:
                return False

    @property
    def is_plain(self) -> bool:
        """Whether the owner is asynchronous and the call nevertheless gives its result at once."""
        match self.owner:
            case kinds.Session(is_async=True):
                return self.method in _SESSION_FUNCTIONS
            case kinds.Connection(is_async=True):
                return self.method in _CONNECTION_FUNCTIONS
            case _:
                return False

    @property
    def begins(self) -> bool:
        """``begin()`` or ``begin_nested()`` of an asynchronous session or connection."""
        return self.method in _BEGINS and isinstance(self.owner, kinds.Session | kinds.Connection) and self.owner.is_async


@collected
def method_calls(project: Project, module: ModuleScope) -> Iterator[MethodCall]:
    """Every call of a method of a session, connection or engine in a module that runs where its name says.

    Left out are functions that ``run_sync`` calls (whatever their annotations say, they get the synchronous session)
    and methods that a subclass of the project defines anew.
    """
    called_sync, redefined = run_sync_functions(project, module), _redefined(project)
    for site in project.calls_of(kinds.Method, within=module):
        if site.scope not in called_sync:
            found = method_call(project, site)
            if found is not None and found.method not in redefined:
                yield found


def method_call(project: Project, site: Site) -> MethodCall | None:
    """The call at ``site``, when it calls a method of a session, connection or engine."""
    call = site.term
    if not isinstance(call, Call) or not isinstance(call.func, Attribute) or is_shadowed(call.func, site):
        return None
    callee = project.kind(call.func, site.scope)
    if not isinstance(callee, kinds.Method):
        return None
    owner = callee.owner
    if isinstance(owner, kinds.Factory) and owner.scoped:
        owner = kinds.Session(owner.is_async, True, owner.origin, owner.trusted)  # a registry passes calls on to its session
    if isinstance(owner, kinds.Session) and _is_async_in_truth(project, call.func.value, site):
        owner = kinds.Session(True, owner.scoped, owner.origin, owner.trusted)
    if not isinstance(owner, kinds.Session | kinds.Connection | kinds.Engine):
        return None
    if is_ruled_out(project, call.func.value, site, is_async=bool(owner.is_async)):
        return None
    return MethodCall(site, owner, callee.name, walk.dotted(call.func.value))


def _is_async_in_truth(project: Project, receiver: Term, site: Site) -> bool:
    """Whether it is a parameter whose annotation says otherwise."""
    home = project.evaluator.home(receiver.id, site.scope) if isinstance(receiver, Name) else None
    return (
        isinstance(receiver, Name)
        and isinstance(home, FunctionScope)
        and len(home.bindings[receiver.id]) == 1
        and receiver.id in async_in_truth(project, home)
    )


def is_shadowed(term: Term, site: Site) -> bool:
    """Whether the name that ``term`` begins with belongs to a lambda or a comprehension around it: then nothing is known."""
    while isinstance(term, Attribute):
        term = term.value
    if isinstance(term, Call):
        return is_shadowed(term.func, site)
    if not isinstance(term, Name):
        return False
    for outer in site.path:
        if isinstance(outer, Lambda) and any(parameter.name == term.id for parameter in outer.params):
            return True
        if isinstance(outer, Comprehension) and term.id in comprehension_names(outer):
            return True
    return False


def comprehension_names(comprehension: Comprehension) -> frozenset[str]:
    """The names that a comprehension's ``for`` clauses bind."""
    return frozenset(
        inner.id for clause in comprehension.clauses for inner, _ in walk.descend(clause.target) if isinstance(inner, Name)
    )


def run_sync_functions(project: Project, module: ModuleScope) -> Sequence[FunctionScope]:
    """The functions of a module that somebody hands to ``run_sync``."""
    return _run_sync(project, module.path)


@postings
def _run_sync(project: Project, module: ModuleScope) -> Iterator[tuple[str, FunctionScope]]:
    for site in module.calls_named(("run_sync",)):
        call = site.term
        if isinstance(call, Call) and isinstance(call.func, Attribute) and call.args:
            function = project.kind(call.args[0].term, site.scope)
            if isinstance(function, kinds.FunctionKind):
                yield function.function.module.path, function.function


@gathered
def _redefined(project: Project, module: ModuleScope) -> Iterator[str]:
    for cls in module.classes:
        if project.evaluator.session_type(kinds.ClassKind(cls)) is not None:
            yield from cls.methods
