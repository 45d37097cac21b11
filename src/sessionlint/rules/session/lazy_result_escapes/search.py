"""Queries and results that have not been read when they leave the ``with`` block of their session."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, ValueBinding
from sessionlint.link.names.sites import inner_functions, sites
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.link.values.known_names import RESULT_STEPS
from sessionlint.model import walk
from sessionlint.model.facts import Assign, Attribute, Await, Call, Name, Return, Statement, Term
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.sessions.block_uses import Event, OwnBlock, events, own_blocks

# what gives a Query or a Result again, without reading a row
_QUERY_STEPS = frozenset(
    {
        *("filter", "filter_by", "where", "order_by", "join", "outerjoin", "limit", "offset", "options", "group_by", "having"),
        *("distinct", "select_from", "with_entities", "add_columns", "execution_options", "populate_existing", "with_for_update"),
    }
)
_RESULTS = {False: frozenset({"execute", "scalars", "exec"}), True: frozenset({"stream", "stream_scalars"})}


@dataclass(frozen=True, slots=True, eq=False)
class LazyResult:
    """``place`` is the ``return``'s value; ``made`` the session's method call; ``is_query``: a ``Query``, which runs anew.

    ``value`` is the whole expression in the block that gives the unread result.
    """

    block: OwnBlock
    function: FunctionScope
    value: Term
    place: Place
    made: Place
    method: str
    is_query: bool


def lazy_results(project: Project, module: ModuleScope) -> Iterator[LazyResult]:
    """Every Query, and every result that holds objects, that a function of ``module`` returns out of its session's block."""
    for function in module.functions:
        if function.node.is_generator or not function.withs:
            continue
        for block in own_blocks(project, function):
            for event in events(project, function, block.name):
                if block.statement.span.contains(event.site.statement.span) and event.site.statement is not block.statement:
                    yield from _leaving(block, function, event)


def _leaving(block: OwnBlock, function: FunctionScope, event: Event) -> Iterator[LazyResult]:
    if (
        event.call is None
        or block.borrows
        or not isinstance(block.held, kinds.Session)
        or not _is_lazy(event, function, block.held.is_async)
    ):
        return
    returned = _returned(event, function)
    value = getattr(event.site.statement, "value", None)
    if returned is not None and value is not None:
        place = function.module.place(returned.span)
        yield LazyResult(block, function, value, place, event.place, event.method, event.method == "query")


def _is_lazy(event: Event, function: FunctionScope, is_async: bool) -> bool:
    if event.method == "query":
        return not is_async and _only_steps(event, _QUERY_STEPS)
    if event.method not in _RESULTS[is_async] or event.call is None or not event.call.args:
        return False
    return _only_steps(event, RESULT_STEPS) and _selects_objects(event.call.args[0].term, function)


def _only_steps(event: Event, steps: frozenset[str]) -> bool:
    """Whether everything around the method call, up to the statement, is a chain of ``steps``."""
    inner: Term | None = event.call
    for outer in event.site.path[2:]:
        match outer:
            case Attribute(value=value, attr=attr) if value is inner and attr in steps:
                inner = outer
            case Call(func=func) if func is inner:
                inner = outer
            case Await():
                inner = outer
            case _:
                return False
    return not isinstance(inner, Attribute)


def _returned(event: Event, function: FunctionScope) -> Term | None:
    """Where the value of the event's statement is returned: there, or through a name that nothing else uses."""
    statement = event.site.statement
    if isinstance(statement, Return):
        return statement.value
    match statement:
        case Assign(targets=(Name(id=name),)) if len(function.bindings.get(name, ())) == 1:
            return _only_return(name, statement, function)
    return None


def _only_return(name: str, made: Statement, function: FunctionScope) -> Term | None:
    if any(isinstance(site.term, Name) and site.term.id == name for inner in inner_functions(function) for site in sites(inner)):
        return None
    used = [
        site for site in sites(function) if isinstance(site.term, Name) and site.term.id == name and site.statement is not made
    ]
    if len(used) == 1 and isinstance(used[0].statement, Return) and not used[0].path:
        return used[0].term
    return None


def _selects_objects(statement: Term, function: FunctionScope) -> bool:
    """``select(User)...``, written there or bound to a local name: classes only, no columns."""
    if isinstance(statement, Name):
        bindings = function.bindings.get(statement.id, [])
        values = [binding.value for binding in bindings if isinstance(binding, ValueBinding) and binding.value is not None]
        return len(values) == len(bindings) == 1 and not isinstance(values[0], Name) and _selects_objects(values[0], function)
    while isinstance(statement, Call) and isinstance(statement.func, Attribute) and isinstance(statement.func.value, Call):
        statement = statement.func.value
    if not isinstance(statement, Call) or (walk.dotted(statement.func) or "").rpartition(".")[2] != "select":
        return False
    names = [(walk.dotted(given.term) or "").rpartition(".")[2] for given in statement.args]
    return bool(names) and all(name[:1].isupper() and not name.isupper() for name in names)
