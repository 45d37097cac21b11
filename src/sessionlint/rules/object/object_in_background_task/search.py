"""Mapped objects that are handed to work which outlives their session."""

from collections.abc import Iterator
from dataclasses import replace

from sessionlint.link.names.scopes import EnteredBinding, FunctionScope, ModuleScope, Site
from sessionlint.link.names.sites import sites
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Await, Call, Collection, Evaluate, Given, Name, Term
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.objects.entity import Entity, Shape, Stage
from sessionlint.questions.objects.faults import Fault, Why, fault
from sessionlint.questions.objects.objects import Objects, objects_in
from sessionlint.questions.objects.reading import surely_read
from sessionlint.questions.objects.reasons import starts_work
from sessionlint.questions.running.background import schedules
from sessionlint.questions.running.jobs import is_queued
from sessionlint.questions.running.library_objects import library_object
from sessionlint.questions.sessions.holding import parameter_for
from sessionlint.questions.sessions.session_users import without_partial

_TASKS = frozenset({"asyncio.create_task", "asyncio.ensure_future"})
_STARTED = frozenset({"threading.Thread", "multiprocessing.Process", "threading.Timer"})
_POOLS = frozenset(f"concurrent.futures.{name}PoolExecutor" for name in ("Thread", "Process", "thread.Thread", "process.Process"))
_PUTS = frozenset({"put", "put_nowait", "enqueue"})
_QUEUES = frozenset({"asyncio.Queue", "queue.Queue", "queue.SimpleQueue", "multiprocessing.Queue"})
_JOBS = frozenset({"rq.Queue", "rq.queue.Queue"})
_SENDS = frozenset({"delay", "apply_async", "send", "send_with_options"})


@dataclass(frozen=True, slots=True, eq=False)
class HandedOver:
    """``runner`` says for a message what gets the object; ``reads`` is where that reads what is not loaded. ``is_certain``: it
    cannot work; else it does as long as nothing but loaded columns are read."""

    place: Place
    written: str
    runner: str
    entity: Entity
    is_certain: bool
    is_serialized: bool = False
    is_kept: bool = False
    expired: Place | None = None
    reads: Place | None = None
    attribute: str = ""

    @property
    def loaded_at(self) -> Place | None:
        origin, where = self.entity.origin, self.entity.where
        return where.module.place(origin.span) if origin is not None and where is not None else None


@dataclass(frozen=True, slots=True, eq=False)
class _Work:
    """``work`` will be called with ``args``; ``is_kept``: they are kept in memory, for whoever asks."""

    runner: str
    work: Term
    args: tuple[Given, ...]
    is_serialized: bool = False
    in_request: bool = False
    is_kept: bool = False


def handed_over(project: Project, module: ModuleScope) -> Iterator[HandedOver]:
    """Every object of a module that goes to such work, in source order."""
    for objects in objects_in(project, module):
        for site in project.calls_in(objects.function) if starts_work(project, objects.function) else ():
            work = _work(project, site)
            for given in work.args if work is not None else ():
                values = next((found for (_, term), found in objects.given.items() if term is given.term), frozenset())
                entity = _only(values)
                if work is not None and entity is not None:
                    yield _judged(project, objects, site, work, given, entity)


def _only(values: frozenset[Entity | None]) -> Entity | None:
    """The object, if all that is given is one that a session gave."""
    found = [one for one in values if one is not None and one.stage is not Stage.NEW]
    if not found or len(found) != len(values):
        return None
    return min(found, key=lambda one: (one.expired is not None, one.written, one.origin.span if one.origin is not None else ()))


def _work(project: Project, site: Site) -> _Work | None:
    """What a call hands on to run later, if it is such a call."""
    call, scope = site.term, site.scope
    if not isinstance(call, Call) or not call.args or not isinstance(scope, FunctionScope):
        return None
    if schedules(project, site):
        work, args = without_partial(project, call.args[0].term, call.args[1:], scope)
        return _Work("a background task", work, args, in_request=True)
    callee = project.kind(call.func, scope)
    first = call.args[0].term
    if isinstance(callee, kinds.External) and callee.name in _TASKS and isinstance(first, Call):
        return _Work("a task", first.func, first.args) if isinstance(site.statement, Evaluate) and not _is_awaited(site) else None
    if isinstance(callee, kinds.External) and callee.name in _STARTED:
        return _started(call)
    if (found := _submitted(project, site, call, scope) or _put(project, call, scope)) is not None:
        return found
    if isinstance(call.func, Attribute) and call.func.attr in _SENDS and _is_queue(project, call.func.value, scope):
        return _Work("a queue", call.func.value, _sent(call), is_serialized=True)
    return None


def _is_awaited(site: Site) -> bool:
    return any(isinstance(outer, Await) for outer in site.path)


def _started(call: Call) -> _Work | None:
    """``Thread(target=work, args=(user,))``."""
    target, args = walk.argument(call, None, "target"), walk.argument(call, None, "args")
    if target is None or not isinstance(args, Collection):
        return None
    return _Work("a thread or process", target, args.items)


def _submitted(project: Project, site: Site, call: Call, scope: FunctionScope) -> _Work | None:
    """``pool.submit(work, user)``, ``loop.run_in_executor(None, work, user)``, of which nobody keeps the future."""
    func = call.func
    if not isinstance(func, Attribute) or not isinstance(site.statement, Evaluate) or _is_awaited(site):
        return None
    if func.attr == "submit" and not _is_left_here(func.value, scope) and library_object(project, func.value, scope) in _POOLS:
        given = call.args
    elif func.attr == "run_in_executor":
        given = call.args[1:]
    else:
        return None
    if not given or given[0].keyword is not None or given[0].star:
        return None
    work, args = without_partial(project, given[0].term, given[1:], scope)
    return _Work("a pool of threads or processes", work, args)


def _put(project: Project, call: Call, scope: FunctionScope) -> _Work | None:
    """``queue.put(user)``, ``queue.enqueue(work, user)``."""
    func = call.func
    if not isinstance(func, Attribute) or func.attr not in _PUTS:
        return None
    queue = library_object(project, func.value, scope)
    if func.attr == "enqueue" and queue in _JOBS and call.args[0].keyword is None:
        work, args = without_partial(project, call.args[0].term, call.args[1:], scope)
        return _Work("a queue", work, args)
    return _Work("a queue", func, call.args, is_kept=True) if func.attr != "enqueue" and queue in _QUEUES else None


def _is_left_here(pool: Term, scope: FunctionScope) -> bool:
    """``with ThreadPoolExecutor() as pool``: the end of the block waits for the work."""
    bindings = scope.bindings.get(pool.id, ()) if isinstance(pool, Name) else ()
    return any(isinstance(binding, EnteredBinding) for binding in bindings)


def _is_queue(project: Project, task: Term, scope: FunctionScope) -> bool:
    kind = project.kind(task, scope)
    return isinstance(kind, kinds.FunctionKind) and is_queued(project, kind.function)


def _sent(call: Call) -> tuple[Given, ...]:
    given = walk.argument(call, 0, "args") if isinstance(call.func, Attribute) and call.func.attr != "delay" else None
    if isinstance(given, Collection):
        return given.items
    return call.args


def _judged(project: Project, objects: Objects, site: Site, work: _Work, given: Given, entity: Entity) -> HandedOver:
    written = walk.dotted(given.term) or entity.written
    found = HandedOver(site.place, written, f"{work.runner}", entity, work.is_serialized, work.is_serialized)
    if work.is_serialized or work.is_kept:
        return replace(found, is_kept=work.is_kept)
    if entity.expired is not None and not _stays_open(project, work, entity) and not _is_looked_at_later(given, site):
        return replace(found, is_certain=True, expired=entity.expired)
    read = _reads(project, objects.function, work, given, entity)
    if read is not None:
        return replace(found, is_certain=not _stays_open(project, work, entity), reads=read[1], attribute=read[0].attribute)
    return found


def _is_looked_at_later(given: Given, site: Site) -> bool:
    """Whether the function comes back to the object, or FastAPI does to make the response of it: a synchronous session loads it
    anew then, before the work runs."""
    name = walk.dotted(given.term)
    return any(
        isinstance(other.term, Name) and other.term.id == name and other.term.start > site.term.end for other in sites(site.scope)
    )


def _stays_open(project: Project, work: _Work, entity: Entity) -> bool:
    """Whether the request's session is open until its background tasks are done: since FastAPI 0.118."""
    version = project.targets.fastapi
    return work.in_request and not entity.is_async and version is not None and version >= (0, 118)


def _reads(project: Project, function: FunctionScope, work: _Work, given: Given, entity: Entity) -> tuple[Fault, Place] | None:
    """What the work reads of the object that is not loaded, and where."""
    callee = project.kind(work.work, function)
    if not isinstance(callee, kinds.FunctionKind) or entity.shape is not Shape.ONE:
        return None
    name = parameter_for(callee.function, Call(*work.work.span, work.work, work.args), given.term)
    behind = replace(entity, stage=Stage.DETACHED)
    for attr, place in surely_read(project, callee.function, name) if name is not None else ():
        found = fault(project, behind, attr)
        if found is not None and found.why is not Why.EXPIRED:
            return found, place
    return None
