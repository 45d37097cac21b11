"""Sessions that several coroutines use at once."""

from collections import defaultdict
from collections.abc import Iterator
from typing import TypeAlias

from sessionlint.link.names.scopes import EnteredBinding, FunctionScope, IteratedBinding, ModuleScope, Scope, Site, ValueBinding
from sessionlint.link.names.sites import sites
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Call, Collection, Comprehension, For, Name, Operation, Statement, Term, While, With
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.sessions.mocks import is_mock
from sessionlint.questions.sessions.session_methods import comprehension_names
from sessionlint.questions.sessions.session_users import is_locked, sessions_used

_GATHERING = frozenset({"asyncio.gather", "asyncio.wait", "asyncio.as_completed"})
SPAWNING = frozenset({"asyncio.create_task", "asyncio.ensure_future"})
_DEPTH = 8  # lists of lists of coroutines
_GROUPS = frozenset({"asyncio.TaskGroup"})

Loop: TypeAlias = For | While | Comprehension


@dataclass(frozen=True, slots=True, eq=False)
class ConcurrentUse:
    """The coroutines that ``runner`` starts together all use ``session``; ``uses`` are the calls that make them."""

    runner: Site
    session: str
    uses: tuple[Place, ...]
    how: str


@dataclass(frozen=True, slots=True, eq=False)
class Coroutine:
    """A call that makes a coroutine; ``loop`` makes one each time round."""

    call: Call
    site: Site
    loop: Loop | None


def is_shared_by(loop: Loop | None, session: str, scope: Scope) -> bool:
    """Whether all rounds of a loop in ``scope`` see the same session under this name."""
    root = session.partition(".")[0]
    match loop:
        case None:
            return False
        case Comprehension():
            return root not in comprehension_names(loop)
        case For() | While():
            return not any(
                isinstance(binding, ValueBinding | EnteredBinding | IteratedBinding)
                and binding.value is not None
                and loop.span.contains(binding.value.span)
                for binding in scope.bindings.get(root, ())
            )


def concurrent_uses(project: Project, module: ModuleScope) -> Iterator[ConcurrentUse]:
    """Every ``gather``, ``wait``, ``as_completed`` and task group that runs two coroutines on one async session."""
    groups: dict[Statement, list[Coroutine]] = defaultdict(list)
    gathering = project.calls_of_external(*_GATHERING, within=module)
    for site in project.in_order(gathering, module.calls_named(("create_task",))):
        call = site.term
        if not isinstance(call, Call) or not call.args:
            continue
        callee = project.kind(call.func, site.scope)
        if isinstance(callee, kinds.External) and callee.name in _GATHERING:
            started = list(gathered(project, call, site))
            yield from _together(project, site, started, f"`{callee.name.removeprefix('asyncio.')}`")
        elif (group := task_group(project, call, site)) is not None and isinstance(call.args[0].term, Call):
            groups[group].append(Coroutine(call.args[0].term, site, loop_around(site, group)))
    for started in groups.values():
        yield from _together(project, started[-1].site, started, "the task group")


def gathered(project: Project, call: Call, site: Site) -> Iterator[Coroutine]:
    """The coroutines that are given to a ``gather``, as far as they are seen to be made."""
    return (made for given in call.args if given.keyword is None for made in _coroutines(project, given.term, site))


def _together(project: Project, runner: Site, started: list[Coroutine], how: str) -> Iterator[ConcurrentUse]:
    users: dict[str, list[Coroutine]] = defaultdict(list)
    for coroutine in started:
        for session in sorted(sessions_used(project, coroutine.call, coroutine.site)):
            users[session].append(coroutine)
    for session, using in users.items():
        if is_mock(project, session, using[0].site.scope):
            continue
        if len(using) > 1 or is_shared_by(using[0].loop, session, using[0].site.scope):
            places = tuple(Place(runner.place.path, coroutine.call.span) for coroutine in using)
            yield ConcurrentUse(runner, session, places, how)
            return


def _coroutines(project: Project, term: Term, site: Site, through: frozenset[str] = frozenset()) -> Iterator[Coroutine]:
    """The coroutines that an argument of ``gather`` holds: itself, those of a list, a comprehension, or a name for them."""
    match term:
        case Operation(op="*", operands=(inner,)):
            yield from _coroutines(project, inner, site, through)
        case Call():
            yield Coroutine(_unwrapped(project, term, site), site, None)
        case Comprehension(element=(Call() as element,)):
            inside = Site(element, (term,), site.statement, site.block, site.scope)
            yield Coroutine(_unwrapped(project, element, inside), inside, term)
        case Collection(items=items):
            for item in items:
                yield from _coroutines(project, item, site, through)
        case Name(id=name) if isinstance(site.scope, FunctionScope) and name not in through and len(through) < _DEPTH:
            yield from _collected(project, name, site, through | {name})
        case _:
            return


def _collected(project: Project, name: str, site: Site, through: frozenset[str]) -> Iterator[Coroutine]:
    """``tasks = [f(db, x) for x in xs]`` or ``tasks = []; tasks.append(f(db, x))`` in the function of the ``gather``."""
    bindings = site.scope.bindings.get(name, [])
    if len(bindings) != 1 or not isinstance(bindings[0], ValueBinding) or bindings[0].path:
        return
    value = bindings[0].value
    if isinstance(value, Collection | Comprehension | Call):
        yield from _coroutines(project, value, site, through)
    for other in sites(site.scope):
        call = other.term
        if isinstance(call, Call) and walk.dotted(call.func) == f"{name}.append" and call.args:
            made = call.args[0].term
            if isinstance(made, Call):
                yield Coroutine(_unwrapped(project, made, other), other, loop_around(other))


def _unwrapped(project: Project, call: Call, site: Site) -> Call:
    """``create_task(f(db))`` runs ``f(db)``."""
    callee = project.kind(call.func, site.scope)
    if isinstance(callee, kinds.External) and callee.name in SPAWNING and call.args and isinstance(call.args[0].term, Call):
        return call.args[0].term
    return call


def loop_around(site: Site, within: Statement | None = None) -> Loop | None:
    """The innermost loop around a statement (inside the statement ``within``, if given) or around the call itself."""
    for outer in site.path:
        if isinstance(outer, Comprehension):
            return outer
    around = [
        loop
        for loop in walk.statements(site.scope.body)
        if isinstance(loop, For | While)
        and loop.span.contains(site.statement.span)
        and (within is None or within.span.contains(loop.span))
    ]
    return around[-1] if around else None


def task_group(project: Project, call: Call, site: Site) -> With | None:
    """The ``async with TaskGroup() as name`` whose ``name.create_task`` is called, unless a lock is held around it."""
    if not (isinstance(call.func, Attribute) and call.func.attr == "create_task" and isinstance(call.func.value, Name)):
        return None
    for block in reversed(list(walk.statements(site.scope.body))):
        if not isinstance(block, With) or not block.span.contains(site.statement.span) or is_locked(project, site):
            continue
        for item in block.items:
            if isinstance(item.target, Name) and item.target.id == call.func.value.id and isinstance(item.context, Call):
                made = project.kind(item.context.func, site.scope)
                return block if isinstance(made, kinds.External) and made.name in _GROUPS else None
    return None
