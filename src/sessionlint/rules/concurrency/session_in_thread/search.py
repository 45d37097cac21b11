"""Sessions that a function hands to another thread, and whether it waits for that thread before it goes on."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sessionlint.link.names.scopes import EnteredBinding, FunctionScope, ModuleScope, Scope, Site, ValueBinding
from sessionlint.link.names.sites import sites
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import (
    Argument,
    Assign,
    Attribute,
    Await,
    Call,
    Collection,
    Comprehension,
    Constant,
    Given,
    Mapping,
    Name,
    Statement,
    Term,
    With,
)
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.running.borrowing import asked_between, owner_of
from sessionlint.questions.running.concurrency import is_shared_by, loop_around
from sessionlint.questions.sessions.session_users import sessions_used_by, without_partial

_AWAITABLE = frozenset(
    {
        *("asyncio.to_thread", "fastapi.concurrency.run_in_threadpool", "starlette.concurrency.run_in_threadpool"),
        "anyio.to_thread.run_sync",
    }
)
_POOLS = tuple(kinds.External(f"concurrent.futures.{name}") for name in ("ThreadPoolExecutor", "thread.ThreadPoolExecutor"))
_OF_THREADS = ("threading.Thread", "threading.Timer")
_OF_POOLS = ("run_in_executor", "submit", "map")
_WAITING = frozenset({"result", "join", "exception"})


class Handover(NamedTuple):
    """``work(*args)`` runs in another thread; ``pool`` is the executor's name; ``many``: several threads run it at once."""

    work: Term
    args: tuple[Given, ...]
    pool: str | None = None
    many: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class SessionInThread:
    """``site`` runs ``work`` in another thread, which uses ``name``. ``waited``: alone, while the function waits for it."""

    site: Site
    name: str
    work: str
    session: kinds.Session
    source: Place | None
    waited: bool


def sessions_in_threads(project: Project, module: ModuleScope) -> Iterator[SessionInThread]:
    """Every call that has another thread use a session of this one."""
    library = project.calls_of_external(*_AWAITABLE, *_OF_THREADS, within=module)
    starting = project.in_order(library, module.calls_named(_OF_POOLS))
    handed = [(site, found) for site in starting if (found := _handover(project, site)) is not None]
    used = {site: sessions_used_by(project, handover.work, handover.args, site) for site, handover in handed}
    rivals: dict[tuple[Scope, str], list[tuple[Site, Handover]]] = defaultdict(list)
    for site, handover in handed:
        for name in used[site]:
            rivals[site.scope, name].append((site, handover))
    told: set[tuple[Statement, str]] = set()
    for site, handover in handed:
        for name in sorted(used[site]):
            others = [other for other in rivals[site.scope, name] if other[0] is not site]
            alone = not handover.many and not _is_repeated(site, name) and not _meets(site, handover, others)
            shared = _shared(project, site, handover, name, alone=alone)
            if shared is not None and (site.statement, name) not in told:
                told.add((site.statement, name))
                yield shared
                break


def _shared(project: Project, site: Site, handover: Handover, name: str, *, alone: bool) -> SessionInThread | None:
    session = _session(project, site, name)
    if session is None or session.scoped:
        return None
    owner = owner_of(project, name, site.scope)
    end = _waits_until(site, handover)
    waited = alone and end is not None and not any(asked_between(project, name, site.scope, site.statement.span.end, end))
    if owner is None and alone and not waited:
        return None  # nobody knows who else uses it, and when
    work = walk.dotted(handover.work) or "the thread"
    place = owner.place if owner is not None else None
    return SessionInThread(site, name, work, session, place, waited and not session.is_async)


def _session(project: Project, site: Site, name: str) -> kinds.Session | None:
    root, *rest = name.split(".")
    kind = project.evaluator.name_kind(root, site.scope)
    for attribute in rest:
        kind = project.evaluator.attribute_kind(kind, attribute)
    return kind if isinstance(kind, kinds.Session) else None


# --- how work gets into a thread --------------------------------------------------------------------------------------


def _handover(project: Project, site: Site) -> Handover | None:
    found = _thread(project, site.term, site.scope) if isinstance(site.term, Call) else None
    if found is None:
        return None
    work, args = without_partial(project, found.work, found.args, site.scope)
    return found._replace(work=work, args=args)


def _thread(project: Project, call: Call, scope: Scope) -> Handover | None:
    match project.kind(call.func, scope):
        case kinds.External(name=name) if name in _AWAITABLE and call.args:
            return Handover(call.args[0].term, call.args[1:])
        case kinds.External(name="threading.Thread"):
            return _of_thread(call, "target", None)
        case kinds.External(name="threading.Timer"):
            return _of_thread(call, "function", 2)
    if not isinstance(call.func, Attribute) or not call.args:
        return None
    match call.func.attr:
        case "run_in_executor" if len(call.args) > 1:
            return Handover(call.args[1].term, call.args[2:])
        case "submit" if _is_pool(project, call.func.value, scope):
            return Handover(call.args[0].term, call.args[1:], walk.dotted(call.func.value))
        case "map" if _is_pool(project, call.func.value, scope):
            return Handover(call.args[0].term, (), walk.dotted(call.func.value), many=True)
        case _:
            return None


def _of_thread(call: Call, keyword: str, position: int | None) -> Handover | None:
    """``Thread(target=work, args=(...), kwargs={...})``; ``position`` is that of ``args``, where it has one."""
    work = walk.argument(call, 1, keyword)
    given, named = walk.argument(call, position, "args"), walk.argument(call, None, "kwargs")
    args: list[Given] = [*given.items] if isinstance(given, Collection) else []
    for key, value in named.items if isinstance(named, Mapping) else ():
        if isinstance(key, Constant) and isinstance(key.value, str):
            args.append(Argument(*value.span, value, key.value))
    return Handover(work, tuple(args)) if work is not None else None


def _is_pool(project: Project, receiver: Term, scope: Scope) -> bool:
    """Whether it is a ``ThreadPoolExecutor`` of more than one thread."""
    match receiver:
        case Call():
            single = walk.argument(receiver, 0, "max_workers")
            return project.kind(receiver.func, scope) in _POOLS and not (isinstance(single, Constant) and single.value == 1)
        case Name(id=name):
            home = project.evaluator.home(name, scope)
            return home is not None and any(_binds_pool(project, binding) for binding in home.bindings[name])
        case Attribute(value=Name(id="self"), attr=attr):
            method = scope if isinstance(scope, FunctionScope) else None
            owner = method.owner if method is not None else None
            return owner is not None and any(_binds_pool(project, binding) for binding in owner.attributes.get(attr, ()))
        case _:
            return False


def _binds_pool(project: Project, binding: object) -> bool:
    match binding:
        case EnteredBinding(value=Call() as made, scope=scope) | ValueBinding(value=Call() as made, scope=scope):
            return _is_pool(project, made, scope)
        case _:
            return False


def _meets(site: Site, handover: Handover, others: Sequence[tuple[Site, Handover]]) -> bool:
    """Whether another thread may have the session meanwhile: not one that its own statement waits for, before or after."""
    return any(
        other.statement is site.statement or not (_waits_at_once(site, handover) and _waits_at_once(other, work))
        for other, work in others
    )


# --- waiting ----------------------------------------------------------------------------------------------------------


def _waits_until(site: Site, handover: Handover) -> int | None:
    """The offset at which the function has waited for the thread; None when it does not."""
    if any(isinstance(outer, Await) for outer in site.path) or _is_result(site):
        return site.statement.span.end
    match site.statement:
        case Assign(targets=(Name(id=name),)):
            later = (other for other in sites(site.scope) if other.term.span.start > site.term.span.start)
            mentions = (other for other in later if isinstance(other.term, Name) and other.term.id == name)
            for other in mentions:
                if any(isinstance(outer, Await) for outer in other.path) or _is_result(other):
                    return other.statement.span.start
    return next((block.span.end for block in _pool_blocks(site, handover.pool)), None)


def _waits_at_once(site: Site, handover: Handover) -> bool:
    return _waits_until(site, handover) == site.statement.span.end


def _pool_blocks(site: Site, pool: str | None) -> Iterator[With]:
    """``with ThreadPoolExecutor() as pool`` around the call: the function waits at its end."""
    for block in walk.statements(site.scope.body):
        if isinstance(block, With) and block.span.contains(site.statement.span):
            names = {item.target.id for item in block.items if isinstance(item.target, Name)}
            if pool in names:
                yield block


def _is_result(site: Site) -> bool:
    """``pool.submit(...).result()``, ``thread.join()``."""
    match site.path:
        case (Attribute(attr=attr), Call(), *_):
            return attr in _WAITING
        case _:
            return False


def _is_repeated(site: Site, name: str) -> bool:
    """Whether several threads get the session: one for each round of a comprehension, or of a loop that does not wait."""
    loop = loop_around(site)
    waits = any(isinstance(outer, Await) for outer in site.path) or _is_result(site)
    return is_shared_by(loop, name, site.scope) and (isinstance(loop, Comprehension) or not waits)
