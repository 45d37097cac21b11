"""Tasks that take a session along and run on while its owner uses or closes it."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import EnteredBinding, FunctionScope, ModuleScope, ParameterBinding, Scope, Site, ValueBinding
from sessionlint.link.names.sites import sites
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import (
    Assign,
    Attribute,
    Await,
    Call,
    Collection,
    Comprehension,
    Evaluate,
    Name,
    Term,
    With,
)
from sessionlint.model.records import dataclass
from sessionlint.questions.running.borrowing import Owner, asked_between, owner_of
from sessionlint.questions.running.concurrency import SPAWNING, task_group
from sessionlint.questions.sessions.block_uses import Event
from sessionlint.questions.sessions.session_users import sessions_used
from sessionlint.rules.concurrency.session_in_task.handover import is_handed_over

_ELSEWHERE = frozenset({"asyncio.run_coroutine_threadsafe"})
_LOOPS = frozenset({"asyncio.get_event_loop", "asyncio.get_running_loop", "asyncio.new_event_loop"})
_TYPES = frozenset({"asyncio.TaskGroup", "asyncio.AbstractEventLoop", "asyncio.taskgroups.TaskGroup"})
_KEEPING = frozenset({"add", "append", "add_done_callback", "cancel", "set_name", "remove", "discard"})


@dataclass(frozen=True, slots=True, eq=False)
class SessionInTask:
    """``site`` starts ``work`` with the session ``name``; ``meanwhile``: where the function uses it before it waits for the task.

    Without that, nobody waits for the task before the session is closed.
    """

    site: Site
    name: str
    work: str
    owner: Owner
    meanwhile: Event | None = None


def sessions_in_tasks(project: Project, module: ModuleScope) -> Iterator[SessionInTask]:
    """Every task that is started with a session and outlives it, or runs beside its owner's own use of it."""
    spawning = project.calls_of_external(*SPAWNING, *_ELSEWHERE, within=module)
    for site in project.in_order(spawning, module.calls_named(("create_task",))):
        call = site.term
        if not isinstance(call, Call) or not isinstance(site.scope, FunctionScope) or not call.args:
            continue
        coroutine = call.args[0].term
        if not isinstance(coroutine, Call) or site.in_lambda or not _starts_task(project, call, site.scope):
            continue
        for name in sorted(sessions_used(project, coroutine, site, sync=True)):
            owner = owner_of(project, name, site.scope)
            found = _outliving(project, site, name, coroutine, owner) if owner is not None else None
            if found is not None:
                yield found
                break


def _outliving(project: Project, site: Site, name: str, coroutine: Call, owner: Owner) -> SessionInTask | None:
    work = walk.dotted(coroutine.func) or "the task"
    end = _waits_until(project, site, owner)
    if end is None:
        return None
    if end == _NEVER:
        return None if is_handed_over(project, site, name, coroutine, owner) else SessionInTask(site, name, work, owner)
    if owner.block is not None and owner.block.span.end <= end and not _ends_first(project, site, owner.block, name):
        return SessionInTask(site, name, work, owner)
    used = next(asked_between(project, name, site.scope, site.statement.span.end, end), None)
    return SessionInTask(site, name, work, owner, used) if used is not None else None


def _ends_first(project: Project, site: Site, block: With, name: str) -> bool:
    """Whether the task group is left, and has waited, before the session's block: it stands in it, or behind it in one line."""
    group = task_group(project, site.term, site) if isinstance(site.term, Call) else None
    if group is None:
        return False
    if group is not block:
        return block.span.contains(group.span)
    targets = [walk.dotted(item.target) if item.target is not None else None for item in block.items]
    given = site.term.func.value if isinstance(site.term, Call) and isinstance(site.term.func, Attribute) else None
    told = walk.dotted(given) if given is not None else None
    return name in targets and told in targets and targets.index(name) < targets.index(told)


_NEVER = -1


def _waits_until(project: Project, site: Site, owner: Owner) -> int | None:
    """The offset at which the function waits for its task; ``_NEVER``; None where that cannot be told or waits at once."""
    assert isinstance(site.term, Call) and isinstance(site.scope, FunctionScope)
    if any(isinstance(outer, Await) for outer in site.path) or (site.scope.node.is_generator and not owner.injected):
        return None  # a lifespan, a fixture: the session is open as long as its user runs
    group = task_group(project, site.term, site)
    if group is not None:
        return group.span.end
    if not owner.ends_here and _is_lent_group(site):
        return None  # the caller has both the group and the session
    kept = [outer for outer in site.path if not isinstance(outer, Collection | Comprehension)]
    match site.statement, kept:
        case Assign(targets=(Name(id=task),)), []:
            return _awaited(site.scope, task, site)
        case Assign(targets=(Attribute(),)), []:
            return _NEVER if owner.ends_here else None
        case Evaluate(), []:
            return _NEVER
        case Evaluate(), [Call(func=Attribute(value=container, attr="add" | "append"))]:
            return _awaited(site.scope, container.id, site) if isinstance(container, Name) else _NEVER
        case _:
            return None


def _is_lent_group(site: Site) -> bool:
    match site.term:
        case Call(func=Attribute(value=Name(id=name))):
            return any(isinstance(binding, ParameterBinding) for binding in site.scope.bindings.get(name, ()))
        case _:
            return False


def _awaited(scope: Scope, task: str, site: Site) -> int | None:
    """Where ``task``, or a collection of tasks, is awaited in ``scope``, which starts it."""
    forgotten = True
    for other in sites(scope):
        if not isinstance(other.term, Name) or other.term.id != task or other.statement is site.statement:
            continue
        if other.term.span.start < site.term.span.start:
            continue
        if any(isinstance(outer, Await) for outer in other.path):
            return other.statement.span.start
        if _is_kept(other):
            continue
        forgotten = False
    return _NEVER if forgotten else None


def _is_kept(mention: Site) -> bool:
    """``task.add_done_callback(...)`` and ``tasks.add(task)``: nobody waits there."""
    match mention.path:
        case (Attribute(attr=attr), Call(), *_) if attr in _KEEPING:
            return True
        case (Call(func=Attribute(attr="add" | "append")),):
            return True
        case _:
            return False


def _starts_task(project: Project, call: Call, scope: Scope) -> bool:
    callee = project.kind(call.func, scope)
    if isinstance(callee, kinds.External):
        return callee.name in SPAWNING | _ELSEWHERE
    return isinstance(call.func, Attribute) and call.func.attr == "create_task" and _starter(project, call.func.value, scope)


def _starter(project: Project, receiver: Term, scope: Scope) -> bool:
    """Whether ``receiver.create_task`` is that of an event loop or of a task group."""
    match receiver:
        case Call(func=func):
            callee = project.kind(func, scope)
            return isinstance(callee, kinds.External) and callee.name in _LOOPS | _TYPES
        case Name(id=name):
            home = project.evaluator.home(name, scope)
            return any(_binds_starter(project, binding) for binding in (home.bindings[name] if home is not None else ()))
        case _:
            return False


def _binds_starter(project: Project, binding: object) -> bool:
    match binding:
        case ParameterBinding(function=function, parameter=parameter) if parameter.annotation is not None:
            declared = project.kind(parameter.annotation, function.parent or function.module)
            return isinstance(declared, kinds.External) and declared.name in _TYPES
        case ValueBinding(value=Call() as made, scope=inner) | EnteredBinding(value=Call() as made, scope=inner):
            return _starter(project, made, inner)
        case _:
            return False
