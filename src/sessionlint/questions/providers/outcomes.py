"""How control can leave a block when the statements in it do not raise by accident."""

from enum import Enum

from sessionlint.link.names.scopes import FunctionScope
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import (
    Await,
    Block,
    Call,
    Evaluate,
    For,
    If,
    Jump,
    Lambda,
    Match,
    Name,
    Raise,
    Return,
    Statement,
    Term,
    Try,
    While,
    With,
    Yield,
)

_EXITS = frozenset({"sys.exit", "os._exit", "builtins.exit", "builtins.quit", "os.abort"})
# libraries whose functions are called to tell of an error, not to raise it
_REPORTERS = frozenset({"builtins", "logging", "traceback", "warnings", "sentry_sdk", "sys", "asyncio", "time", "rich", "click"})


class Way(Enum):
    FALLS = "to the statement behind"
    ENDS = "out of the function or loop: return, break, continue"
    RAISES = "by an exception that the block raises itself"
    YIELDS = "stopped at a yield; what comes behind that is not looked at"


Ways = frozenset[Way]
_FALLS: Ways = frozenset({Way.FALLS})


def ways_out(project: Project, block: Block, function: FunctionScope) -> Ways:
    """Every way in which control can leave ``block`` of ``function``; what a bare name of elsewhere calls may raise."""
    found: Ways = frozenset()
    for statement in block:
        step = _statement(project, statement, function)
        found |= step - _FALLS
        if Way.FALLS not in step:
            return found
    return found | _FALLS


def _statement(project: Project, statement: Statement, function: FunctionScope) -> Ways:
    if any(_yields(term) for term in walk.own_terms(statement)):
        return frozenset({Way.YIELDS})
    match statement:
        case Return():
            return frozenset({Way.ENDS})
        case Raise():
            return frozenset({Way.RAISES})
        case Jump(kind="break" | "continue"):
            return frozenset({Way.ENDS})
        case If(body=body, orelse=orelse):
            return ways_out(project, body, function) | ways_out(project, orelse, function)
        case With(body=body):
            return ways_out(project, body, function)
        case For() | While():
            return _loop(project, statement, function)
        case Try():
            return _try(project, statement, function)
        case Match(cases=cases):
            return _FALLS.union(*(ways_out(project, case.body, function) for case in cases))
        case Evaluate(value=value) if _never_returns(project, value.value if isinstance(value, Await) else value, function):
            return frozenset({Way.RAISES})
        case _:
            return _FALLS


def _loop(project: Project, loop: For | While, function: FunctionScope) -> Ways:
    """A loop with a yield in it is taken to reach it; any other may be left at once."""
    body = ways_out(project, loop.body, function)
    return body - _FALLS if Way.YIELDS in body else body | _FALLS


def _try(project: Project, statement: Try, function: FunctionScope) -> Ways:
    body = ways_out(project, statement.body, function)
    if Way.FALLS in body:
        body = (body - _FALLS) | ways_out(project, statement.orelse, function)
    if Way.RAISES in body and statement.handlers:
        body = body.union(*(ways_out(project, handler.body, function) for handler in statement.handlers))
    final = ways_out(project, statement.final, function)
    return body if Way.FALLS in final else final


def _yields(term: Term) -> bool:
    return any(
        isinstance(inner, Yield) and not any(isinstance(outer, Lambda) for outer in path) for inner, path in walk.descend(term)
    )


def _never_returns(project: Project, term: Term, function: FunctionScope) -> bool:
    """Whether a call surely, or for all that is known, ends in an exception."""
    if not isinstance(term, Call):
        return False
    match project.kind(term.func, function):
        case kinds.External(name=name):
            return name in _EXITS or (isinstance(term.func, Name) and name.partition(".")[0] not in _REPORTERS)
        case kinds.FunctionKind(function=called) if called is not function and not called.node.is_generator:
            return project.memory.ask(("ways", called), _FALLS, ways_out, project, called.body, called) == {Way.RAISES}
        case kinds.Unknown():
            return isinstance(term.func, Name)
        case _:
            return False
