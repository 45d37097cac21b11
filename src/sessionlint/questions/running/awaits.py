"""Awaits that are missing, and awaits of what is no coroutine."""

from collections.abc import Iterator
from enum import Enum

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Scope, Site, ValueBinding
from sessionlint.link.names.sites import inner_functions, sites
from sessionlint.link.project import Project
from sessionlint.link.question import postings, remembered
from sessionlint.link.values import kinds
from sessionlint.link.values.known_names import RESULT_STEPS
from sessionlint.model import walk
from sessionlint.model.facts import (
    Assert,
    Assign,
    Attribute,
    Await,
    BoolOp,
    Call,
    Comprehension,
    Conditional,
    Evaluate,
    For,
    FString,
    If,
    Name,
    Operation,
    Return,
    Subscript,
    Term,
    Walrus,
    While,
    With,
)
from sessionlint.model.records import dataclass
from sessionlint.questions.sessions.session_methods import MethodCall, is_shadowed, method_call, method_calls

# --- missing ----------------------------------------------------------------------------------------------------------


class Treatment(Enum):
    """What code does with a coroutine as if it were the result."""

    DROPPED = "a statement of its own"
    ASKED = "asked for an attribute or an item, compared, formatted or called"
    TESTED = "tested for truth"
    ITERATED = "iterated over"
    ENTERED = "entered in a with block"
    RETURNED = "returned by an async function"
    KEPT = "bound to a name that nobody awaits"


@dataclass(frozen=True, slots=True, eq=False)
class MissingAwait:
    """``call`` gives a coroutine that nobody awaits; ``detail`` is the attribute that is asked for, or the name that holds it."""

    call: MethodCall
    treatment: Treatment
    detail: str = ""


_OF_COROUTINES = frozenset({"close", "send", "throw", "__await__", "cr_await", "cr_code", "cr_frame", "cr_running"})
_COMPARISONS = frozenset({"==", "!=", "<", ">", "<=", ">=", "in", "not in", "is", "is not"})
_EATERS = frozenset({f"builtins.{name}" for name in ("list", "tuple", "set", "len", "sorted", "dict", "next", "iter", "bool")})
_ROUTES = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "api_route", "route", "websocket"})


def missing_awaits(project: Project, module: ModuleScope) -> Iterator[MissingAwait]:
    """Every coroutine of a session, connection or engine that is treated as its result, or dropped."""
    for call in method_calls(project, module):
        if call.is_coroutine:
            found = _treatment(project, call.site)
            if found is not None:
                yield MissingAwait(call, *found)


def idle_begins(project: Project, module: ModuleScope) -> Iterator[MethodCall]:
    """Every ``session.begin()`` that is a statement of its own: it only makes an object that could begin something."""
    for call in method_calls(project, module):
        if call.begins and isinstance(call.site.statement, Evaluate) and not call.site.path:
            yield call


def _treatment(project: Project, site: Site) -> tuple[Treatment, str] | None:
    """How the coroutine at ``site`` is treated; None when it is awaited or handed on."""
    term = site.term
    for outer in site.path:
        match outer:
            case Attribute(attr=attr):
                return (Treatment.ASKED, attr) if attr not in _OF_COROUTINES else None
            case Subscript(value=value):
                return (Treatment.ASKED, "") if value is term else None
            case BoolOp(values=values) if term is not values[-1]:
                return Treatment.TESTED, ""
            case Conditional(test=test) if test is term:
                return Treatment.TESTED, ""
            case BoolOp() | Conditional() | Walrus():
                term = outer
            case Operation(op="not"):
                return Treatment.TESTED, ""
            case Operation(op=op) if op in _COMPARISONS:
                return Treatment.ASKED, ""
            case FString():
                return Treatment.ASKED, ""
            case Call(func=func) if func is term:
                return Treatment.ASKED, ""
            case Call(func=func):
                eater = project.kind(func, site.scope)
                return (Treatment.ITERATED, "") if isinstance(eater, kinds.External) and eater.name in _EATERS else None
            case Comprehension(clauses=clauses):
                return (Treatment.ITERATED, "") if any(clause.iter is term for clause in clauses) else None
            case _:
                return None
    return _in_statement(project, term, site)


def _in_statement(project: Project, term: Term, site: Site) -> tuple[Treatment, str] | None:
    match site.statement:
        case Evaluate():
            return Treatment.DROPPED, ""
        case If(test=test) | While(test=test) | Assert(test=test) if test is term:
            return Treatment.TESTED, ""
        case For(iter=iterated) if iterated is term:
            return Treatment.ITERATED, ""
        case With(items=items) if any(item.context is term for item in items):
            return Treatment.ENTERED, ""
        case Return() if isinstance(site.scope, FunctionScope) and _awaited_once(project, site.scope):
            return Treatment.RETURNED, ""
        case Assign(targets=(Name(id=name),), value=value) if value is term:
            return _held(project, name, site.scope)
        case _:
            return None


def _awaited_once(project: Project, function: FunctionScope) -> bool:
    """Whether callers of an async function await just the function: a route, or one that no decorator changes."""
    if not function.node.is_async or function.node.is_generator:
        return False
    decorators = function.node.decorators
    if decorators:
        return all(
            isinstance(term, Call) and isinstance(term.func, Attribute) and term.func.attr in _ROUTES for term in decorators
        )
    return function not in _awaited_twice(project, function.module.path)


@postings
def _awaited_twice(project: Project, module: ModuleScope) -> Iterator[tuple[str, FunctionScope]]:
    """The functions that somebody calls in ``await (await function())``."""
    for site in module.calls:
        if isinstance(site.term, Call) and len(site.path) > 1 and all(isinstance(outer, Await) for outer in site.path[:2]):
            callee = project.kind(site.term.func, site.scope)
            if isinstance(callee, kinds.FunctionKind):
                yield callee.function.module.path, callee.function


def _held(project: Project, name: str, scope: Scope) -> tuple[Treatment, str] | None:
    """A coroutine under a local name: missing when every mention of the name takes it for a result, or there is none."""
    if not isinstance(scope, FunctionScope) or name in scope.declared:
        return None
    return remembered(project, ("held", scope, name), None, _mentioned, project, name, scope)


def _mentioned(project: Project, name: str, scope: FunctionScope) -> tuple[Treatment, str] | None:
    first: tuple[Treatment, str] | None = None
    for inner in (scope, *inner_functions(scope)):
        for mention in sites(inner):
            if not isinstance(mention.term, Name) or mention.term.id != name or _is_target(mention):
                continue
            found = _treatment(project, mention) if not isinstance(mention.statement, Evaluate) or mention.path else None
            if found is None or found[0] in (Treatment.KEPT, Treatment.RETURNED):
                return None
            first = first or found
    return first or (Treatment.KEPT, name)


def _is_target(mention: Site) -> bool:
    return isinstance(mention.statement, Assign) and any(
        mention.term is target or target in mention.path for target in mention.statement.targets
    )


def awaits_the_rows(missing: MissingAwait) -> Await | None:
    """The outer ``await`` of ``await db.execute(query).scalars()``: once the call is awaited, it waits for nothing."""
    site = missing.call.site
    if missing.call.method not in _EXECUTING:
        return None
    term: Term = site.term
    for outer in site.path:
        match outer:
            case Attribute(attr=attr) if attr in _OF_RESULTS:
                term = outer
            case Call(func=func) if func is term and isinstance(func, Attribute):
                term = outer
            case Await() if term is not site.term:
                return outer
            case _:
                return None
    return None


# --- superfluous ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class SuperfluousAwait:
    """``site`` is what is awaited; ``written`` shows it in a message, ``gives`` says what it gives, ``factory`` where from."""

    site: Site
    awaited: Await
    written: str
    gives: str
    origin: kinds.Session | None = None


_OF_RESULTS = frozenset(
    {
        *(
            "all",
            "fetchall",
            "fetchone",
            "fetchmany",
            "first",
            "one",
            "one_or_none",
            "scalar",
            "scalar_one",
            "scalar_one_or_none",
        ),
        *RESULT_STEPS,
        *("partitions", "keys", "freeze"),
    }
)
_EXECUTING = frozenset({"execute", "exec", "scalars", "exec_driver_sql"})
_OF_SYNC_SESSIONS = frozenset(
    {
        *("add", "add_all", "close", "commit", "delete", "execute", "exec", "flush", "get", "get_one", "merge", "query"),
        *("refresh", "rollback", "scalar", "scalars", "expunge", "expire"),
    }
)


def superfluous_awaits(project: Project, module: ModuleScope) -> Iterator[SuperfluousAwait]:
    """Every ``await`` of a call that certainly gives no awaitable."""
    for call in method_calls(project, module):
        awaited = call.site.path[0] if call.site.path else None
        if not isinstance(awaited, Await):
            continue
        if call.is_plain:
            yield SuperfluousAwait(call.site, awaited, call.written, "gives its result at once")
        elif isinstance(call.owner, kinds.Session) and _is_certainly_sync(call.owner) and call.method in _OF_SYNC_SESSIONS:
            yield SuperfluousAwait(call.site, awaited, call.written, "is a call of a synchronous session", call.owner)
    for site in module.calls:
        awaited = site.path[0] if site.path else None
        if isinstance(awaited, Await) and isinstance(site.term, Call) and not is_shadowed(site.term.func, site):
            yield from _awaited_call(project, site, site.term, awaited)


def _is_certainly_sync(session: kinds.Session) -> bool:
    """An annotation alone may name the wrong class; a factory that can be seen does not err."""
    return not session.is_async and session.is_certain


def _awaited_call(project: Project, site: Site, call: Call, awaited: Await) -> Iterator[SuperfluousAwait]:
    name = walk.dotted(call.func) or "session"
    match project.kind(call.func, site.scope):
        case kinds.Factory(is_async=True) | kinds.SessionType(is_async=True):
            yield SuperfluousAwait(site, awaited, f"{name}(...)" if call.args else f"{name}()", "opens the session at once")
        case _:
            if isinstance(call.func, Attribute) and call.func.attr in _OF_RESULTS and _is_result(project, call.func.value, site):
                written = f"{walk.dotted(call.func) or f'result.{call.func.attr}'}()"
                yield SuperfluousAwait(site, awaited, written, "reads rows that are there already")


def _is_result(project: Project, term: Term, around: Site) -> bool:
    """Whether ``term`` is the buffered result of an awaited ``execute`` or ``scalars``."""
    match term:
        case Await(value=Call() as call):
            inner = Site(call, (term, *around.path), around.statement, around.block, around.scope)
            found = method_call(project, inner)
            return found is not None and found.is_coroutine and found.method in _EXECUTING
        case Call(func=Attribute(value=value, attr=attr)) if attr in RESULT_STEPS:
            return _is_result(project, value, around)
        case Name(id=name) if not is_shadowed(term, around):
            key = ("result", name, around.scope, around.term)
            return remembered(project, key, False, _is_result_name, project, name, around.scope, around)
        case _:
            return False


def _is_result_name(project: Project, name: str, scope: Scope, around: Site) -> bool:
    home = project.evaluator.home(name, scope)
    if home is None or home is not scope:
        return False
    bindings = home.bindings[name]
    return bool(bindings) and all(
        isinstance(binding, ValueBinding)
        and binding.value is not None
        and not binding.path
        and not any(isinstance(inner, Name) and inner.id == name for inner, _ in walk.descend(binding.value))
        and _is_result(project, binding.value, around)
        for binding in bindings
    )
