"""Where the code starts an event loop of its own, and which coroutines it runs on it."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import (
    FunctionScope,
    ModuleScope,
    ParameterBinding,
    Scope,
    Site,
    ValueBinding,
    enclosing_function,
)
from sessionlint.link.project import Project
from sessionlint.link.question import collected, gathered, question
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Call, Name, Term
from sessionlint.model.records import dataclass
from sessionlint.questions.references.call_graph import called_function
from sessionlint.questions.running.frameworks import is_async_flask_view
from sessionlint.questions.sessions.holding import parameter_for

_RUNNERS = frozenset({"asyncio.run", "uvloop.run", "anyio.run"})
_NEW_LOOPS = frozenset({"asyncio.new_event_loop", "uvloop.new_event_loop"})
_TELLING = 5
_TO_SYNC = frozenset({"asgiref.sync.async_to_sync"})


@dataclass(frozen=True, slots=True, eq=False)
class LoopRun:
    """``site`` runs the coroutines of ``functions`` on an event loop that ends with the call; for a ``view`` of Flask, which gets
    one for each request, it is its decorator."""

    site: Site
    functions: tuple[FunctionScope, ...]
    view: FunctionScope | None = None

    @property
    def function(self) -> FunctionScope | None:
        """The function that starts the loop when it runs."""
        return self.view or enclosing_function(self.site.scope)


def loop_runs(project: Project) -> Iterator[LoopRun]:
    """Every ``asyncio.run(...)`` and its kin, every call of a function of the project that does it with what it is given, and
    every asynchronous view of Flask."""
    yield from _runs(project)
    yield from _async_views(project)


@gathered
def _runs(project: Project, module: ModuleScope) -> Iterator[LoopRun]:
    starts = {**dict(_helped_starts(project, module)), **dict(_starts_in(project, module))}
    for site in project.in_order([*starts], ()):
        functions = tuple(dict.fromkeys(_functions(project, starts[site], site.scope)))
        if functions:
            yield LoopRun(site, functions)


def _helped_starts(project: Project, module: ModuleScope) -> Iterator[tuple[Site, Term]]:
    """The calls of functions that run the coroutine they are given, each with what it runs."""
    homes = {path for path, _ in _helper_names(project)}
    for site in project.calls_of(kinds.FunctionKind, kinds.ClassKind, within=module) if homes else ():
        call = site.term
        helper = called_function(project, call, site) if isinstance(call, Call) else None
        runs = _helpers(project, helper.module).get(helper) if helper is not None and helper.module.path in homes else None
        if runs is not None and helper is not None and isinstance(call, Call):
            given = (given.term for given in call.args)
            started = next((value for value in given if parameter_for(helper, call, value) == runs), None)
            if started is not None:
                yield site, started


@gathered
def _async_views(project: Project, module: ModuleScope) -> Iterator[LoopRun]:
    for function in module.functions:
        if function.node.is_async and function.node.decorators and is_async_flask_view(project, function):
            scope = function.parent or module
            site = Site(function.node.decorators[0], (), function.node, scope.body, scope)
            yield LoopRun(site, (function,), function)


@collected
def _starts_in(project: Project, module: ModuleScope) -> Iterator[tuple[Site, Term]]:
    """Every call that runs something on a new event loop, and what it runs."""
    runners = dict.fromkeys(project.calls_of_external(*_RUNNERS, within=module))
    for site in project.in_order([*runners], module.calls_named(("run_until_complete", "()"))):
        if isinstance(site.term, Call) and (started := _started(project, site.term, site, site in runners)) is not None:
            yield site, started


def _started(project: Project, call: Call, site: Site, is_runner: bool) -> Term | None:
    if is_runner and call.args:
        return call.args[0].term
    if isinstance(call.func, Attribute) and call.func.attr == "run_until_complete" and call.args:
        return call.args[0].term if _is_new_loop(project, call.func.value, site.scope) else None
    if isinstance(call.func, Call) and call.func.args:
        wrapper = project.kind(call.func.func, site.scope)
        return call.func.args[0].term if isinstance(wrapper, kinds.External) and wrapper.name in _TO_SYNC else None
    return None


def _is_new_loop(project: Project, loop: Term, scope: Scope) -> bool:
    if isinstance(loop, Name):
        bindings = scope.bindings.get(loop.id, [])
        only = bindings[0] if len(bindings) == 1 else None
        loop = only.value if isinstance(only, ValueBinding) and only.value is not None else loop
    made = project.kind(loop.func, scope) if isinstance(loop, Call) else kinds.UNKNOWN
    return isinstance(made, kinds.External) and made.name in _NEW_LOOPS


def _functions(project: Project, started: Term, scope: Scope) -> Iterator[FunctionScope]:
    """The coroutine functions behind ``f()``, ``wait_for(f(), 1)``, ``gather(f(), g())``, or a name for one of these."""
    if isinstance(started, Name):
        bindings = scope.bindings.get(started.id, [])
        only = bindings[0] if len(bindings) == 1 else None
        if isinstance(only, ValueBinding) and only.value is not None:
            started = only.value
    kind = project.kind(started, scope)
    if isinstance(kind, kinds.FunctionKind):  # `anyio.run(main)`
        yield kind.function
    for term, path in walk.descend(started):
        if isinstance(term, Call):
            function = called_function(project, term, Site(term, path, scope.body[0], scope.body, scope))
            if function is not None and function.node.is_async and not function.node.is_generator:
                yield function


@question(dict[FunctionScope, str]())
def _helpers(project: Project, module: ModuleScope) -> dict[FunctionScope, str]:
    """The functions of a module that run the coroutine they are given, with the name of the parameter."""
    found = {}
    for site, started in _starts_in(project, module):
        if isinstance(started, Name) and isinstance(site.scope, FunctionScope):
            bindings = site.scope.bindings.get(started.id, [])
            if len(bindings) == 1 and isinstance(bindings[0], ParameterBinding):
                found[site.scope] = started.id
    return found


@gathered
def _helper_names(project: Project, module: ModuleScope) -> Iterator[tuple[str, str]]:
    return ((module.path, function.node.name) for function in _helpers(project, module))


def loop_helpers(project: Project) -> Iterator[tuple[str, str]]:
    """The functions that run the coroutine they are given, path of the module and name: who calls them starts a loop.

    A name as common as ``run`` is left out: it would tell nothing.
    """
    return ((path, name) for path, name in _helper_names(project) if len(name) >= _TELLING)


@gathered
def unread_coroutines(project: Project, module: ModuleScope) -> Iterator[str]:
    """The files without facts whose coroutines are run on a loop of their own."""
    for site, started in _starts_in(project, module):
        for term, _ in walk.descend(started):
            callee = project.kind(term.func, site.scope) if isinstance(term, Call) else kinds.UNKNOWN
            if isinstance(callee, kinds.Unknown) and callee.unread is not None:
                yield callee.unread
