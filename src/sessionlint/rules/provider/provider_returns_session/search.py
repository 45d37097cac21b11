"""Dependencies that return a session which they have opened: FastAPI closes nothing that was returned."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import EnteredBinding, FunctionScope, ModuleScope, Scope, ValueBinding
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Await, Name, Return, Statement, Term, With
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.injection.dependencies import DependencyUse, uses_of_module
from sessionlint.questions.sessions.holding import Use, holding_of
from sessionlint.questions.sessions.lives import Life, lives_in


@dataclass(frozen=True, slots=True, eq=False)
class ReturnedSession:
    """``life`` is the session that the dependency returns at ``returned``; ``use`` is one ``Depends(...)`` that names it.

    ``place``: the name of the function, or the lambda. ``closed``: it is closed when the dependency returns, and opens
    again with its next use.
    """

    name: str
    place: Place
    life: Life
    returned: Place
    use: DependencyUse
    closed: bool


def returned_sessions(project: Project, module: ModuleScope) -> Iterator[ReturnedSession]:
    """Every function or lambda of a module in a ``Depends(...)`` that returns a session of its own, once."""
    seen: set[object] = set()
    for use in uses_of_module(project, module):
        key = use.provider.term if isinstance(use.provider, kinds.LambdaKind) else use.provider
        if use.wrapped or key in seen:
            continue
        seen.add(key)
        found = _of_lambda(project, use.provider, use) if isinstance(use.provider, kinds.LambdaKind) else None
        if isinstance(use.provider, FunctionScope) and not use.provider.node.is_generator:
            found = _of_function(project, use.provider, use)
        if found is not None:
            yield found


def _of_function(project: Project, function: FunctionScope, use: DependencyUse) -> ReturnedSession | None:
    if "?" in project.evaluator.decorators(function):
        return None
    for statement in walk.statements(function.body):
        if isinstance(statement, Return) and statement.value is not None:
            life = _opened_here(project, statement.value, function)
            if life is not None and not _is_cared_for(project, life, function):
                place = function.module.place(statement.span)
                return ReturnedSession(
                    function.node.name, function.place, life, place, use, _is_closed(life, statement, function)
                )
    return None


def _of_lambda(project: Project, provider: kinds.LambdaKind, use: DependencyUse) -> ReturnedSession | None:
    place = provider.scope.module.place(provider.term.span)
    for life in lives_in(project, provider.scope):
        inside = [outer for outer in life.opening.path if not isinstance(outer, Await)]
        if inside and inside[0] is provider.term:
            return ReturnedSession("lambda", place, life, life.place, use, closed=False)
    return None


def _opened_here(project: Project, value: Term, function: FunctionScope) -> Life | None:
    """The life of the session that ``value`` is, if the function opens it there or binds the name to nothing else."""
    value = _plain(value)
    lives = {life.opening.term: life for life in lives_in(project, function) if not life.session.scoped}
    if value in lives:
        return lives[value]
    bindings = function.bindings.get(value.id, []) if isinstance(value, Name) else []
    if not bindings or not all(isinstance(binding, ValueBinding | EnteredBinding) for binding in bindings):
        return None
    opened = [
        lives.get(_plain(binding.value))
        for binding in bindings
        if isinstance(binding, ValueBinding | EnteredBinding) and binding.value is not None and not binding.path
    ]
    return opened[0] if len(opened) == len(bindings) and None not in opened else None


def _plain(term: Term) -> Term:
    return term.value if isinstance(term, Await) else term


def _is_cared_for(project: Project, life: Life, scope: Scope) -> bool:
    """Whether something else may close the session: it is stored, handed over, or its close is registered somewhere."""
    mentions = [(site, where.use) for site, where in holding_of(project).mentions(scope, life.names)] if life.names else []
    return any(
        use in (Use.STORED, Use.GIVEN_AWAY) or (use is Use.MANAGED and not isinstance(site.statement, With))
        for site, use in mentions
    )


def _is_closed(life: Life, statement: Statement, function: FunctionScope) -> bool:
    """Closed by a ``with`` or a ``finally`` around the return."""
    return any(
        isinstance(outer, With) and statement in walk.statements(outer.body) and outer is life.opening.statement
        for outer in walk.statements(function.body)
    ) or any(close.statement is not statement for close in life.closes)
