"""Where code waits for something that is not the database: calls of other libraries, of what the configuration names, and of
functions of the project that wait."""

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Scope, Site
from sessionlint.link.project import Project
from sessionlint.link.question import gathered, question, remembered
from sessionlint.link.values import kinds
from sessionlint.link.values.evaluate import TRANSPARENT
from sessionlint.link.values.waiting_names import FUNCTIONS, SLEEPS, STRIPE, THREADS, is_method, is_waiting_name, waiting_object
from sessionlint.model import walk
from sessionlint.model.facts import (
    Attribute,
    Await,
    Call,
    Collection,
    Comprehension,
    Constant,
    For,
    If,
    Name,
    Operation,
    Term,
    With,
)
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.references.call_graph import calls_to
from sessionlint.questions.references.definitions import written_for
from sessionlint.questions.running.library_objects import imports_waiting, is_looked_into, library_object
from sessionlint.questions.sessions.open_transactions import sessions_in

_DEPTH = 4
_LEAST_SECONDS = 1
_LONGEST = 50
_TASKS = frozenset({"delay", "apply_async"})


@dataclass(frozen=True, slots=True, eq=False)
class Wait:
    """A call that waits, ``written`` as in the code; ``inside``: where, in a function of the project that it runs."""

    site: Site
    written: str
    inside: Place | None = None


def waits_of(project: Project, scope: Scope) -> Sequence[Wait]:
    """The calls of ``scope``'s own body that wait themselves, in source order."""
    return _waits_by_scope(project, scope.module).get(scope, ())


@question(dict[Scope, list[Wait]]())
def _waits_by_scope(project: Project, module: ModuleScope) -> Mapping[Scope, Sequence[Wait]]:
    found: dict[Scope, list[Wait]] = defaultdict(list)
    configured = project.trust.waiting_names
    for site in module.calls if is_looked_into(project, module) else ():
        call = site.term
        assert isinstance(call, Call)
        name = call.func.attr if isinstance(call.func, Attribute) else call.func.id if isinstance(call.func, Name) else ""
        if _may_wait(project, name, call, site.scope, configured) and not site.in_lambda and _waits(project, call, site):
            found[site.scope].append(Wait(site, written(project, call, site.scope)))
    return dict(found)


def _may_wait(project: Project, name: str, call: Call, scope: Scope, configured: Container[str]) -> bool:
    """Whether something that goes by the name may wait; a name may have been given to it by an import."""
    if is_waiting_name(name) or name in configured:
        return True
    return isinstance(call.func, Name) and isinstance(project.kind(call.func, scope), kinds.External)


def written(project: Project, call: Call, scope: Scope) -> str:
    """For a message: ``requests.get(...)``."""
    text = project.source(scope).text[slice(*call.func.span)]
    shown = text if len(text) <= _LONGEST and "\n" not in text else f"….{text.rpartition('.')[2]}"
    return f"{shown}({'...' if call.args else ''})"


def called_wait(project: Project, site: Site) -> Wait | None:
    """The wait in a function of the project that the call at ``site`` runs, if it runs one to its end."""
    found = _wait_inside(project, site, _DEPTH)
    return (
        Wait(site, written(project, site.term, site.scope), found) if found is not None and isinstance(site.term, Call) else None
    )


def _wait_inside(project: Project, site: Site, depth: int) -> Place | None:
    callee = project.kind(site.term.func, site.scope) if isinstance(site.term, Call) else None
    found = _first_wait(project, callee.function, depth) if isinstance(callee, kinds.FunctionKind) else None
    return found if found is not None and runs_at_once(project, site) is not None else None


def runs_at_once(project: Project, site: Site) -> FunctionScope | None:
    """The function of the project that a call runs before anything else goes on."""
    call = site.term
    callee = project.kind(call.func, site.scope) if isinstance(call, Call) and not site.in_lambda else None
    if not isinstance(callee, kinds.FunctionKind) or callee.wrapped:
        return None
    function = callee.function
    awaited = any(isinstance(outer, Await) for outer in site.path[:1]) or (function.node.is_async and _is_gathered(project, site))
    if function.node.is_generator or function.node.is_async is not awaited:
        return None
    return function if project.evaluator.decorators(function) <= TRANSPARENT else None


def _is_gathered(project: Project, site: Site) -> bool:
    """``await gather(call(), ...)``, ``await gather(*[call(one) for one in many])``"""
    outer = [term for term in site.path if not isinstance(term, Comprehension | Operation | Collection)]
    match outer:
        case [Call(func=func), Await(), *_]:
            kind = project.kind(func, site.scope)
            return isinstance(kind, kinds.External) and kind.name == "asyncio.gather"
        case _:
            return False


def _first_wait(project: Project, function: FunctionScope, depth: int) -> Place | None:
    if depth == 0 or not is_looked_into(project, function.module):
        return None
    return remembered(project, ("first wait", function, depth), None, _find_first, project, function, depth)


def _find_first(project: Project, function: FunctionScope, depth: int) -> Place | None:
    for wait in waits_of(project, function):
        if not _is_asked_for(function, wait.site):
            return wait.site.place
    calls = (site for site in project.calls_in(function) if not _is_asked_for(function, site))
    inside = (_wait_inside(project, site, depth - 1) for site in calls)
    return next((found for found in inside if found is not None), None)


def _is_asked_for(function: FunctionScope, site: Site) -> bool:
    """Whether a call is left out unless a caller asks for it: ``if blocking: send()`` with ``blocking=False``."""
    options = {one.name for one in function.node.params if isinstance(one.default, Constant) and one.default.value is False}
    return bool(options) and any(
        isinstance(one, If)
        and isinstance(one.test, Name)
        and one.test.id in options
        and any(inner.span.contains(site.term.span) for inner in one.body)
        for one in walk.statements(function.body)
    )


# --- files to read ----------------------------------------------------------------------------------------------------


@gathered
def unread_waits(project: Project, module: ModuleScope) -> Iterator[str]:
    """The files without facts that import a library which waits, and hold what a body with a session calls, itself or through
    other functions."""
    for scope, path in _calling_unread(project, module):
        outline = project.outline(path)
        if outline is not None and imports_waiting(project, outline) and _is_run_with_session(project, scope, _DEPTH + 1):
            yield path


def _is_run_with_session(project: Project, scope: Scope, depth: int) -> bool:
    """Whether a body has a session, or is run by one that has, as far as anybody looks."""
    return remembered(project, ("run with session", scope, depth), False, _find_session, project, scope, depth)


def _find_session(project: Project, scope: Scope, depth: int) -> bool:
    if scope in sessions_in(project, scope.module):
        return True
    callers = calls_to(project, scope) if isinstance(scope, FunctionScope) and depth > 1 else ()
    return any(_is_run_with_session(project, site.scope, depth - 1) for site in callers)


def _calling_unread(project: Project, module: ModuleScope) -> Iterator[tuple[Scope, str]]:
    """The bodies of a module that is looked into which call something in files without facts, with these."""
    sites = project.calls_into_unread(module)
    for site in sites if sites and is_looked_into(project, module) else ():
        callee = project.kind(site.term.func, site.scope) if isinstance(site.term, Call) else None
        if isinstance(callee, kinds.Unknown) and callee.unread is not None:
            yield site.scope, callee.unread


# --- one call ---------------------------------------------------------------------------------------------------------


def _waits(project: Project, call: Call, site: Site) -> bool:
    callee = project.kind(call.func, site.scope)
    if project.trust.waits(callee):
        return True
    match callee:
        case kinds.External(name=name):
            return _function_waits(project, name, call, site)
        case kinds.Unknown() if isinstance(call.func, Attribute):
            return _method_waits(project, call.func, site)
        case _:
            return False


def _function_waits(project: Project, name: str, call: Call, site: Site) -> bool:
    if name in FUNCTIONS:
        return not FUNCTIONS[name] or _is_awaited(site)
    if name in SLEEPS:
        return (not SLEEPS[name] or _is_awaited(site)) and _seconds(project, call, site.scope) >= _LEAST_SECONDS
    if name in THREADS:
        return _is_awaited(site) and _thread_waits(project, call, site.scope)
    package, _, last = name.partition(".")
    return package == "stripe" and last.rpartition(".")[2] in STRIPE


def _is_awaited(site: Site) -> bool:
    """Whether the statement goes on only when it is over."""
    if isinstance(site.statement, With | For) and site.statement.is_async and len(site.path) <= 1:
        return True
    return any(isinstance(outer, Await) for outer in site.path)


def _seconds(project: Project, call: Call, scope: Scope) -> float:
    """For how long a call sleeps; 0 where that cannot be read."""
    given = call.args[0].term if call.args else None
    found = written_for(project, given, scope) if given is not None else None
    value = found[0].value if found is not None and isinstance(found[0], Constant) else None
    return value if isinstance(value, int | float) else 0


def _thread_waits(project: Project, call: Call, scope: Scope) -> bool:
    """``await asyncio.to_thread(requests.get, url)``."""
    match project.kind(call.args[0].term, scope) if call.args else None:
        case kinds.External(name=name):
            return FUNCTIONS.get(name) is False
        case kinds.FunctionKind(function=function) if not function.node.is_async and not function.node.is_generator:
            return _first_wait(project, function, _DEPTH) is not None
        case _:
            return False


def _method_waits(project: Project, func: Attribute, site: Site) -> bool:
    """``client.post(...)``, ``client.chat.completions.create(...)``, ``task.delay().get()``."""
    if func.attr == "get" and _is_task(func.value):
        return True
    configured = project.trust.waiting_classes(func.attr)
    if not is_method(func.attr) and not configured:
        return False
    owner: Term = func.value
    while True:
        maker = library_object(project, owner, site.scope)
        if maker is not None:
            if maker in configured:
                return True
            waiting = waiting_object(maker)
            return waiting is not None and waiting.waits(func.attr) and (not waiting.is_async or _is_awaited(site))
        if not isinstance(owner, Attribute):
            return False
        owner = owner.value


def _is_task(term: Term) -> bool:
    return isinstance(term, Call) and isinstance(term.func, Attribute) and term.func.attr in _TASKS
