"""Where the code forks its process, and which functions then run in the child."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Scope, Site, ValueBinding
from sessionlint.link.project import Project
from sessionlint.link.question import gathered
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Assign, Attribute, Call, Constant, Name, Term, With
from sessionlint.model.records import dataclass

_PROCESSES = frozenset({"multiprocessing.Process", "multiprocessing.process.Process", "multiprocessing.context.ForkProcess"})
_POOLS = frozenset(
    {
        *("multiprocessing.Pool", "multiprocessing.pool.Pool"),
        *("concurrent.futures.ProcessPoolExecutor", "concurrent.futures.process.ProcessPoolExecutor"),
    }
)
_SUBMITTING = frozenset(
    {
        *("map", "imap", "imap_unordered", "starmap", "map_async", "starmap_async"),
        *("apply", "apply_async", "submit"),
    }
)
_FORKSERVER_IS_DEFAULT = (3, 14)


@dataclass(frozen=True, slots=True, eq=False)
class Fork:
    """``site`` forks; ``functions`` run in the children, none are known for a bare ``os.fork()``."""

    site: Site
    functions: tuple[FunctionScope, ...]

    @property
    def is_bare(self) -> bool:
        """``os.fork()``: the child goes on where the parent does."""
        return not self.functions


def forks(project: Project, module: ModuleScope) -> Iterator[Fork]:
    """Every place of a module that forks, whatever starts its processes anew (``spawn``, ``forkserver``) left out."""
    starting = project.calls_of_external("os.fork", *_PROCESSES, *_POOLS, within=module)
    for site in project.in_order(starting, module.calls_named(("Process", "Pool"))):
        call = site.term
        assert isinstance(call, Call)
        callee = project.kind(call.func, site.scope)
        if callee == kinds.External("os.fork"):
            yield Fork(site, ())
            continue
        name, method = _starter(project, call, site.scope)
        if name is None or not (method == "fork" or (method is None and _forks_by_default(project))):
            continue
        started = _process(call) if name in _PROCESSES else _pool(project, call, site)
        functions = tuple(dict.fromkeys(one for term in started if (one := _function(project, term, site.scope)) is not None))
        if functions:
            yield Fork(site, functions)


def _starter(project: Project, call: Call, scope: Scope) -> tuple[str | None, str | None]:
    """What starts processes, and by which method, None for Python's default."""
    callee = project.kind(call.func, scope)
    if isinstance(callee, kinds.External) and callee.name in _PROCESSES | _POOLS:
        context = walk.argument(call, None, "mp_context")
        return callee.name, _method(project, context, scope) if context is not None else None
    if isinstance(call.func, Attribute) and call.func.attr in ("Process", "Pool"):
        method = _method(project, call.func.value, scope)
        return (f"multiprocessing.{call.func.attr}" if method != "unknown" else None), method
    return None, None


def _method(project: Project, context: Term, scope: Scope) -> str | None:
    """The start method of a context: None for the default one, "unknown" when it cannot be told."""
    if isinstance(context, Name):
        home = project.evaluator.home(context.id, scope)
        bindings = home.bindings[context.id] if home is not None else []
        only = bindings[0] if len(bindings) == 1 else None
        context = only.value if isinstance(only, ValueBinding) and only.value is not None else context
    if not isinstance(context, Call) or project.kind(context.func, scope) != kinds.External("multiprocessing.get_context"):
        return "unknown"
    return _literal(walk.argument(context, 0, "method"))


def _literal(method: Term | None) -> str | None:
    if method is None or (isinstance(method, Constant) and method.value is None):
        return None
    return method.value if isinstance(method, Constant) and isinstance(method.value, str) else "unknown"


def _forks_by_default(project: Project) -> bool:
    """Whether a process that says nothing of how it starts is forked (on Linux, before Python 3.14)."""
    python = project.targets.python
    if methods := _start_methods(project):
        return all(method == "fork" for method in methods)
    return python is None or python < _FORKSERVER_IS_DEFAULT


@gathered
def _start_methods(project: Project, module: ModuleScope) -> Iterator[str | None]:
    for site in project.calls_of_external("multiprocessing.set_start_method", within=module):
        if isinstance(site.term, Call):
            yield _literal(walk.argument(site.term, 0, "method"))


def _process(call: Call) -> Iterator[Term]:
    target = walk.argument(call, 1, "target")
    if target is not None:
        yield target


def _pool(project: Project, call: Call, site: Site) -> Iterator[Term]:
    """What is submitted to a pool in the function that makes it, and its initializer."""
    initializer = walk.argument(call, 1, "initializer") or walk.argument(call, None, "initializer")
    if initializer is not None:
        yield initializer
    names = {name for name in (_bound_to(site),) if name is not None}
    for other in project.calls_in(site.scope):
        submit = other.term
        if isinstance(submit, Call) and isinstance(submit.func, Attribute) and submit.func.attr in _SUBMITTING and submit.args:
            receiver = submit.func.value
            if receiver is call or walk.dotted(receiver) in names:
                yield submit.args[0].term


def _bound_to(site: Site) -> str | None:
    match site.statement:
        case Assign(targets=(target,), value=value) if value is site.term:
            return walk.dotted(target)
        case With(items=items):
            targets = (item.target for item in items if item.context is site.term and item.target is not None)
            return next((walk.dotted(target) for target in targets), None)
    return None


def _function(project: Project, term: Term, scope: Scope) -> FunctionScope | None:
    kind = project.kind(term, scope)
    while isinstance(kind, kinds.Partial):
        kind = kind.func
    if isinstance(term, Call) and project.kind(term.func, scope) == kinds.External("functools.partial") and term.args:
        kind = project.kind(term.args[0].term, scope)
    return kind.function if isinstance(kind, kinds.FunctionKind) else None
