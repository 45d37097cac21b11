"""Which calls never return: those of functions that always raise or end the process, in the project or known by name.

A function of the project never returns when it says so (``-> NoReturn``), or when no path through it comes to its end. That is
the walk of ``flow.paths`` again, which asks the same of the calls in the function.
"""

from enum import Enum

from sessionlint.flow.leaks import may_raise
from sessionlint.flow.paths import End, Exits, NeverReturns, Paths
from sessionlint.link.names.scopes import FunctionScope, Scope
from sessionlint.link.project import Project
from sessionlint.link.question import remembered
from sessionlint.link.values import kinds
from sessionlint.link.values.quoted import read_annotation
from sessionlint.model import walk
from sessionlint.model.facts import (
    Assign,
    Await,
    Block,
    Call,
    Constant,
    Evaluate,
    For,
    Lambda,
    Name,
    Raise,
    Return,
    Statement,
    While,
    With,
    Yield,
)
from sessionlint.model.records import dataclass

_STOPPING = frozenset({"sys.exit", "os._exit", "os.abort", "builtins.exit", "builtins.quit"})
_RAISING = frozenset(
    {
        *("pytest.fail", "pytest.skip", "pytest.exit", "pytest.xfail"),
        *("flask.abort", "quart.abort", "werkzeug.exceptions.abort"),
    }
)
_NO_RETURN = frozenset({f"{module}.{name}" for module in ("typing", "typing_extensions") for name in ("NoReturn", "Never")})
# libraries whose functions are called to tell of an error, not to raise it
_REPORTERS = frozenset({"builtins", "logging", "traceback", "warnings", "sentry_sdk", "sys", "asyncio", "time", "rich", "click"})
_PLAIN = frozenset({"builtins.staticmethod", "builtins.classmethod"})


class Returning(Enum):
    """Whether control comes back from a call."""

    MAY = "it may come back"
    DOUBTED = "for all that is known, the call is there to raise"
    RAISES = "it never comes back: the call raises"
    STOPS = "it never comes back: the process ends"


class Trust(Enum):
    """The states of the walk."""

    SURE = "control comes here"
    DOUBTED = "it does, unless a doubted call raises; or only by an error that nobody raises on purpose"


_SURE = frozenset({Trust.SURE})
_DOUBTED = frozenset({Trust.DOUBTED})
_NOWHERE = frozenset[Trust]()
_ENDS = {Returning.RAISES: End.RAISES, Returning.STOPS: End.STOPS}


def never_returns_in(project: Project, scope: Scope) -> NeverReturns:
    """Says of the statements of ``scope``'s body how control never gets behind them."""
    return lambda statement: _ENDS.get(returning(project, statement, scope))


def returning(project: Project, statement: Statement, scope: Scope) -> Returning:
    """Whether control comes back from the call that is all of a statement; a ``raise`` of SystemExit ends the process."""
    match statement:
        case Raise(value=value) if value is not None:
            raised = project.kind(value.func if isinstance(value, Call) else value, scope)
            return Returning.STOPS if raised == kinds.External("builtins.SystemExit") else Returning.MAY
        case _:
            call, awaited = whole_call(statement)
            return _of_call(project, call, scope, awaited=awaited) if call is not None else Returning.MAY


def whole_call(statement: Statement) -> tuple[Call | None, bool]:
    """The call that is all of a statement, or of what it returns or assigns, and whether it is awaited."""
    value = statement.value if isinstance(statement, Evaluate | Return | Assign) else None
    called = value.value if isinstance(value, Await) else value
    return (called, called is not value) if isinstance(called, Call) else (None, False)


def _of_call(project: Project, call: Call, scope: Scope, *, awaited: bool) -> Returning:
    doubted = Returning.DOUBTED if isinstance(call.func, Name) else Returning.MAY
    match project.kind(call.func, scope):
        case kinds.External(name=name) if name in _STOPPING:
            return Returning.STOPS
        case kinds.External(name=name) if name in _RAISING:
            return Returning.RAISES
        case kinds.External(name=name) if name.partition(".")[0] not in _REPORTERS:
            return doubted
        case kinds.FunctionKind(function=called, wrapped=wrapped):
            if called.node.is_generator or called.node.is_async is not awaited:
                return Returning.MAY
            found = remembered(project, ("returning", called), Returning.MAY, _of_function, project, called)
            return Returning.DOUBTED if wrapped and found in _ENDS else found
        case kinds.Unknown():
            return doubted
        case _:
            return Returning.MAY


def _of_function(project: Project, function: FunctionScope) -> Returning:
    if _says_so(project, function):
        return Returning.RAISES
    exits = Leaving(project, function, never_returns_in(project, function)).leave(function.body)
    left = exits.falls | exits.returns
    if Trust.SURE in left:
        return Returning.MAY
    if left or _is_replaced(project, function):
        return Returning.DOUBTED
    stops = any(returning(project, one, function) is Returning.STOPS for one in walk.statements(function.body))
    return Returning.STOPS if stops and Trust.SURE not in exits.raises else Returning.RAISES


def _says_so(project: Project, function: FunctionScope) -> bool:
    """``-> NoReturn``."""
    annotation = function.node.returns
    if isinstance(annotation, Constant) and isinstance(annotation.value, str):
        annotation = read_annotation(annotation.value)
    declared = project.kind(annotation, function.parent or function.module) if annotation is not None else None
    return isinstance(declared, kinds.External) and declared.name in _NO_RETURN


def _is_replaced(project: Project, function: FunctionScope) -> bool:
    """Whether something else may run in place of the function: a decorator's, or a subclass's where it is not implemented."""
    if not project.evaluator.decorators(function) <= _PLAIN:
        return True
    raised = (one.value for one in walk.statements(function.body) if isinstance(one, Raise) and one.value is not None)
    missing = kinds.External("builtins.NotImplementedError")
    return function.owner is not None and any(
        project.kind(value.func if isinstance(value, Call) else value, function) == missing for value in raised
    )


# --- the walk ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Leaving(Paths[Trust]):
    """The walk over a block in which nothing raises by accident; ``yields``: it surely comes to a yield, where it stops."""

    project: Project
    scope: Scope
    never_returns: NeverReturns
    yields: bool = False

    def leave(self, block: Block) -> Exits[Trust]:
        return self._block(block, _SURE)

    @property
    def _may_yield(self) -> bool:
        return isinstance(self.scope, FunctionScope) and self.scope.node.is_generator

    def _own(self, statement: Statement, states: frozenset[Trust]) -> tuple[frozenset[Trust], frozenset[Trust]]:
        if self._may_yield and _yields(statement):
            self.yields = self.yields or Trust.SURE in states
            return _NOWHERE, _NOWHERE
        if isinstance(statement, Evaluate) and returning(self.project, statement, self.scope) is Returning.DOUBTED:
            return _DOUBTED, states
        return states, _DOUBTED if may_raise(statement) else _NOWHERE

    def _is_endless(self, loop: For | While) -> bool:
        """A loop with a yield in it is taken to reach it."""
        return Paths._is_endless(self, loop) or (self._may_yield and any(map(_yields, walk.statements(loop.body))))

    def _with(self, statement: With, states: frozenset[Trust]) -> Exits[Trust]:
        exits = Paths._with(self, statement, states)
        if exits.raises:
            exits.falls |= _DOUBTED  # its end may swallow what is raised
        return exits


def _yields(statement: Statement) -> bool:
    return any(
        isinstance(inner, Yield) and not any(isinstance(outer, Lambda) for outer in path)
        for term in walk.own_terms(statement)
        for inner, path in walk.descend(term)
    )
