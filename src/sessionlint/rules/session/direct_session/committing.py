"""What the commit at the end of a helper's block does to what happens there, and to what was read there and is used behind it."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ClassScope, FunctionScope, ModuleScope
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Block, Call, Constant, Statement, Try
from sessionlint.model.source import Span
from sessionlint.questions.providers.helper import Helper
from sessionlint.questions.sessions.escape import derived_names, escapes
from sessionlint.questions.sessions.lives import Life, statement_mentions
from sessionlint.rules.session.direct_session.obstacles import Obstacle
from sessionlint.rules.session.direct_session.pending import State, States, Written, left_pending

_NONE: tuple[Span, ...] = ()
_FAILURES = frozenset({State.FAILED, State.MISREAD})


def of_commit(
    project: Project, life: Life, helper: Helper, name: str, block: Block
) -> tuple[Obstacle | None, Try | None, tuple[Span, ...]]:
    """What stands in the way; the ``try`` whose handlers have to stand around the block; what the commit begins to keep."""
    if not helper.commits:
        return None, None, _NONE
    if isinstance(life.scope, ClassScope):
        return Obstacle.FORM, None, _NONE
    states = left_pending(project, life.scope, block, name)
    guard = None
    if states & _FAILURES and (guard := _guard(life.scope, name, block)) is not None:
        states = left_pending(project, life.scope, guard.body, name)
    kept = tuple(sorted(state.at for state in states if isinstance(state, Written) and state.at is not None))
    if (obstacle := _obstacle(project, life, states, accepted=project.trust.vocabulary.commits_accepted)) is not None:
        return obstacle, None, _NONE
    if _expires(project, life.session) and _outlives(life, name, block):
        return Obstacle.ESCAPES, None, _NONE
    return None, guard, kept


def _obstacle(project: Project, life: Life, states: States, *, accepted: bool) -> Obstacle | None:
    if not accepted and any(isinstance(state, Written) for state in states):
        return Obstacle.PENDING
    if State.MISREAD in states and not any(isinstance(state, Written) for state in states) and accepted:
        states -= {State.MISREAD}  # a commit has nothing to do there
    return Obstacle.FAILED if states & _FAILURES else None


def _guard(scope: FunctionScope | ModuleScope, name: str, block: Block) -> Try | None:
    """The ``try`` that ends the block, whose handlers have nothing to do with the session: they may stand around a ``with``.

    What was read is expired when they run, for the end of the block has rolled back.
    """
    *before, last = block
    names = derived_names(scope, frozenset({name}))
    if not isinstance(last, Try) or not last.handlers or last.orelse:
        return None
    if any(statement_mentions(one, frozenset({name})) for one in before):
        return None
    handled = any(statement_mentions(one, names) for handler in last.handlers for one in handler.body)
    return None if handled else last


def _expires(project: Project, session: kinds.Session) -> bool:
    """Whether a commit expires the objects: unless the factory was built with ``expire_on_commit=False``."""
    module = project.modules.get(session.origin.path) if session.origin is not None else None
    calls = (site.term for site in module.calls if session.origin == site.place) if module is not None else ()
    options = (walk.argument(call, None, "expire_on_commit") for call in calls if isinstance(call, Call))
    return not any(isinstance(option, Constant) and option.value is False for option in options)


def _outlives(life: Life, name: str, block: Block) -> bool:
    scope, names = life.scope, frozenset({name})
    assert not isinstance(scope, ClassScope)
    if isinstance(scope, FunctionScope) and (scope.node.is_generator or escapes(scope, names)):
        return True
    derived = derived_names(scope, names) - names
    if isinstance(scope, ModuleScope) and any(
        statement_mentions(statement, derived) for function in scope.functions for statement in function.body
    ):
        return True
    return any(statement_mentions(statement, derived) for statement in _behind(scope.body, block))


def _behind(body: Block, block: Block) -> Iterator[Statement]:
    """The simple statements of ``body`` that stand behind ``block``."""
    end = block[-1].span.end if block else 0
    return (one for one in walk.statements(body) if one.span.start >= end)
