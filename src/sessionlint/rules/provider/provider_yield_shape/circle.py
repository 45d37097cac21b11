"""Providers that enter themselves before they yield: what a search and replace makes of the one that is meant to stay."""

from collections.abc import Iterator

from sessionlint.link.names.functions import yields
from sessionlint.link.names.scopes import FunctionScope, ModuleScope
from sessionlint.link.project import Project
from sessionlint.link.question import collected
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Await, Block, Call, For, Lambda, Raise, Return, Statement, Term, Try, With, Yield
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.injection.dependencies import is_dependency

_MANAGERS = frozenset({"contextlib.contextmanager", "contextlib.asynccontextmanager"})
_NEXT = (kinds.External("builtins.next"), kinds.External("builtins.anext"))
_DEEP = 4


@dataclass(frozen=True, slots=True, eq=False)
class Circle:
    """``function`` comes back to itself by the call at ``place``, through ``others``."""

    function: FunctionScope
    place: Place
    others: tuple[FunctionScope, ...]


def circles(project: Project, module: ModuleScope) -> Iterator[Circle]:
    """Every provider of a module that surely runs itself again before it yields."""
    for function in module.functions:
        if function.node.is_generator and _is_provider(project, function):
            for call, target in _runs(project, function):
                others = _way_back(project, target, function, _DEEP)
                if others is not None:
                    yield Circle(function, module.place(call.span), others)
                    break


def _is_provider(project: Project, function: FunctionScope) -> bool:
    """A context manager or a dependency that lends a session, as its annotation or its name says: what it yields is its own
    riddle."""
    if not project.evaluator.decorators(function) & _MANAGERS and not is_dependency(project, function):
        return False
    node = function.node
    declared = project.evaluator.annotated(node.returns, function.parent or function.module) if node.returns else kinds.UNKNOWN
    says = isinstance(declared, kinds.Generator | kinds.ContextManager) and isinstance(declared.value, kinds.Session)
    return says or any(word in node.name.lower() for word in ("session", "db"))


def _way_back(project: Project, start: FunctionScope, end: FunctionScope, depth: int) -> tuple[FunctionScope, ...] | None:
    if start is end:
        return ()
    if depth == 0:
        return None
    for _, target in _runs(project, start):
        found = _way_back(project, target, end, depth - 1)
        if found is not None:
            return (start, *found)
    return None


@collected
def _runs(project: Project, function: FunctionScope) -> Iterator[tuple[Call, FunctionScope]]:
    """The functions whose bodies surely run before ``function`` yields or returns, with the calls."""
    first = min((term.span.start for term in yields(function) if not term.delegated), default=None)
    for statement in _certain(function.body):
        for call in _running(statement):
            if first is not None and call.span.start > first:
                return
            kind = project.kind(call.func, function)
            if kind in _NEXT and call.args and isinstance(call.args[0].term, Call):
                call = call.args[0].term
                kind = project.kind(call.func, function)
            elif _is_lazy(project, kind) and not _is_entered(statement, call):
                continue
            if isinstance(kind, kinds.FunctionKind):
                yield call, kind.function


def _is_lazy(project: Project, kind: kinds.Kind) -> bool:
    """Whether calling it only prepares something: a generator, a context manager, a coroutine."""
    return isinstance(kind, kinds.FunctionKind) and (kind.function.node.is_generator or kind.function.node.is_async)


def _certain(block: Block) -> Iterator[Statement]:
    """The statements that run whatever happens, up to the first that may leave."""
    for statement in block:
        yield statement
        match statement:
            case With(body=body) | Try(body=body):
                yield from _certain(body)
        if isinstance(statement, Return | Raise) or (not isinstance(statement, With | Try) and walk.blocks(statement)):
            return


def _running(statement: Statement) -> Iterator[Call]:
    for top in walk.own_terms(statement):
        for term, path in walk.descend(top):
            if isinstance(term, Call) and not any(isinstance(outer, Lambda) for outer in path):
                yield term


def _is_entered(statement: Statement, call: Call) -> bool:
    """``with f():``, ``for db in f():``, ``yield from f()``, ``await f()``."""
    match statement:
        case With(items=items) if any(item.context is call for item in items):
            return True
        case For(iter=iterated) if iterated is call:
            return True
    outers: list[Term] = [inner for top in walk.own_terms(statement) for inner, _ in walk.descend(top)]
    return any(
        (isinstance(outer, Await) or (isinstance(outer, Yield) and outer.delegated)) and outer.value is call for outer in outers
    )
