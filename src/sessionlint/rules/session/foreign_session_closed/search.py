"""Functions that close a session which belongs to somebody else: to FastAPI's provider, or to a caller that goes on with it."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import EnteredBinding, FunctionScope, ModuleScope, ParameterBinding, Site
from sessionlint.link.names.sites import inner_functions
from sessionlint.link.project import Project
from sessionlint.link.question import collected
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Await, Block, Call, Name, Return, Statement, Term, Try, With
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.references.call_graph import calls_to
from sessionlint.questions.requests.routes import injected_sessions, is_called_by_fastapi
from sessionlint.questions.sessions.holding import Use, holding_of, parameter_for
from sessionlint.questions.sessions.lives import statement_mentions

_CLOSERS = ("close", "dispose", "clean", "teardown", "tear_down", "shutdown", "release", "final", "exit", "stop")
_STREAMS = ("StreamingResponse", "EventSourceResponse", "WebSocket")


@dataclass(frozen=True, slots=True, eq=False)
class ForeignClose:
    """``function`` closes its parameter ``name`` at ``place``; ``owner`` is the call that lends it, None for FastAPI.

    ``commits``: it commits before, what the owner had changed as well.
    """

    function: FunctionScope
    name: str
    place: Place
    owner: Site | None
    commits: bool


@collected
def foreign_closes(project: Project, module: ModuleScope) -> Iterator[ForeignClose]:
    """Every close, as its last act, of a session that a function was given and that is seen to be wanted afterwards."""
    for function in module.functions:
        for name, place in _closed_parameters(project, function):
            commits = _commits(project, function, name)
            if is_called_by_fastapi(project, function) and _is_injected(project, name, function):
                yield ForeignClose(function, name, place, None, commits)
            elif owner := next(_lenders(project, function, name), None):
                yield ForeignClose(function, name, place, owner, commits)


def _closed_parameters(project: Project, function: FunctionScope) -> Iterator[tuple[str, Place]]:
    """The sessions among a function's parameters that it closes whatever happens, each with the first such place."""
    if function.node.is_generator or any(word in function.node.name for word in _CLOSERS):
        return
    sessions = [parameter.name for parameter in function.node.params if _is_session(project, parameter.name, function)]
    if not sessions or _streams(project, function):
        return
    last = list(_last_acts(function.body))
    for name in sessions:
        for site, where in holding_of(project).mentions(function, frozenset({name})):
            if site.statement in last and site.scope is function and where.use in (Use.CLOSED, Use.MANAGED) and _is_direct(site):
                yield name, site.place
                break


def _is_session(project: Project, parameter: str, function: FunctionScope) -> bool:
    """Whether it is one whatever happens; ``db = db or SessionLocal()`` is not."""
    bindings = function.bindings[parameter]
    only = bindings[0] if len(bindings) == 1 else None
    return isinstance(only, ParameterBinding) and isinstance(project.evaluator.name_kind(parameter, function), kinds.Session)


def _commits(project: Project, function: FunctionScope, name: str) -> bool:
    mentions = holding_of(project).mentions(function, frozenset({name}))
    return any(isinstance(outer, Attribute) and outer.attr == "commit" for site, _ in mentions for outer in site.path[:1])


def _is_direct(site: Site) -> bool:
    """``db.close()``, ``await db.close()``, ``with db:``."""
    if isinstance(site.statement, With):
        return not site.path
    return [type(outer) for outer in site.path] in ([Attribute, Call], [Attribute, Call, Await])


def _streams(project: Project, function: FunctionScope) -> bool:
    """FastAPI's documentation closes the session before a response is streamed, which may take long."""
    names = [walk.dotted(site.term.func) or "" for site in project.calls_in(function) if isinstance(site.term, Call)]
    names += [walk.dotted(parameter.annotation) or "" for parameter in function.node.params if parameter.annotation is not None]
    return any(name.endswith(_STREAMS) for name in names) or any(inner.node.is_generator for inner in inner_functions(function))


def _last_acts(block: Block) -> Iterator[Statement]:
    """The statements that always run, behind which the function does nothing but return: a close there releases nothing early."""
    for position, statement in enumerate(block):
        if not all(_merely_returns(after) for after in block[position + 1 :]):
            continue
        yield statement
        match statement:
            case Try(body=body, handlers=handlers, orelse=orelse, final=final):
                yield from _last_acts(final)
                if not final and all(_merely_returns(inner) for handler in handlers for inner in handler.body[-1:]):
                    yield from _last_acts(orelse or body)
            case With(body=body):
                yield from _last_acts(body)


def _merely_returns(statement: Statement) -> bool:
    if not isinstance(statement, Return):
        return False
    return statement.value is None or not any(_works(term) for term, _ in walk.descend(statement.value))


def _works(term: Term) -> bool:
    """A call that is not of a class, as ``JSONResponse(...)`` is by its name, may take its time."""
    name = (walk.dotted(term.func) or "").rpartition(".")[2] if isinstance(term, Call) else ""
    return isinstance(term, Await) or (isinstance(term, Call) and not name[:1].isupper())


def _lenders(project: Project, function: FunctionScope, name: str) -> Iterator[Site]:
    """The calls of ``function`` that hand over, as its parameter ``name``, a session which the caller keeps."""
    for site in calls_to(project, function):
        call = site.term
        if not isinstance(call, Call) or not isinstance(project.kind(call.func, site.scope), kinds.FunctionKind):
            continue
        for given in call.args:
            is_it = isinstance(given.term, Name) and parameter_for(function, call, given.term) == name
            if is_it and isinstance(given.term, Name) and _is_kept(project, given.term.id, site):
                yield site


def _is_kept(project: Project, name: str, site: Site) -> bool:
    """Whether the caller owns the session for longer than the call: its ``with``, its injection, its own close, its next use."""
    if not isinstance(site.scope, FunctionScope) or not isinstance(project.evaluator.name_kind(name, site.scope), kinds.Session):
        return False
    bindings = site.scope.bindings.get(name, [])
    if any(isinstance(binding, EnteredBinding) for binding in bindings):
        return True
    if _is_injected(project, name, site.scope):
        return True
    closes = any(
        where.use is Use.CLOSED and _is_direct(mention) and mention.scope is site.scope
        for mention, where in holding_of(project).mentions(site.scope, frozenset({name}))
    )
    position = next((index for index, statement in enumerate(site.block) if statement is site.statement), len(site.block))
    behind = site.block[position + 1 :]
    return (bool(bindings) and closes) or any(statement_mentions(statement, frozenset({name})) for statement in behind)


def _is_injected(project: Project, name: str, function: FunctionScope) -> bool:
    return any(one.parameter.name == name for one in injected_sessions(project, function))
