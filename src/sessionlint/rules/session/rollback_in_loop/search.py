"""Loops whose rounds leave what they write to one commit, and whose handlers roll it back."""

from collections.abc import Iterator
from typing import TypeAlias

from sessionlint.flow.leaks import is_harmless
from sessionlint.link.names.scopes import FunctionScope
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Await, Call, Evaluate, For, Handler, If, Raise, Return, Statement, Try, While
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.providers.commits import written_commit
from sessionlint.questions.requests.needs import provider_function
from sessionlint.questions.requests.routes import injected_sessions, is_route
from sessionlint.questions.sessions.block_uses import Act, own_blocks
from sessionlint.questions.sessions.rounds import Dropped, dropped_rounds
from sessionlint.questions.sessions.telling import assigned, roots
from sessionlint.questions.sessions.transactions import Course


@dataclass(frozen=True, slots=True, eq=False)
class LostRounds:
    """``rounds`` and the ``commit`` behind their loop, which ``lender`` does if the session comes from it."""

    rounds: Dropped
    commit: Place
    lender: FunctionScope | None = None


def lost_rounds(project: Project, course: Course) -> Iterator[LostRounds]:
    """Each ``try`` once, with the innermost loop that loses something by it."""
    acts = {step.event.act for step in course.steps}
    if Act.ROLLBACK not in acts or acts & {Act.SHARED, Act.YIELDED}:
        return
    told: set[Try] = set()
    for loop in reversed([one for one in walk.statements(course.scope.body) if isinstance(one, For | While)]):
        found = next(_commits_behind(project, course, loop), None)
        for dropped in dropped_rounds(project, course.scope, course.name, loop) if found is not None else ():
            is_new = dropped.guarded not in told and _may_fail(project, course, dropped.guarded)
            if found is not None and is_new and not _is_told(course, dropped, found):
                told.add(dropped.guarded)
                yield LostRounds(dropped, *found)


def _may_fail(project: Project, course: Course, guarded: Try) -> bool:
    """Whether its body does anything but note what is to be written: ``db.delete(user)`` asks nothing of the database yet."""
    noting = {step.event.call for step in course.steps if step.event.act is Act.WRITE}
    calls = (site.term for site in project.calls_in(course.scope))
    inside = (call for call in calls if any(one.span.contains(call.span) for one in guarded.body))
    return any(call not in noting for call in inside) or any(isinstance(one, Raise) for one in walk.statements(guarded.body))


_Commit: TypeAlias = tuple[Place, FunctionScope | None]


def _commits_behind(project: Project, course: Course, loop: For | While) -> Iterator[_Commit]:
    """The commits of the body behind a loop; then that of the function which lends it the session."""
    for step in course.steps:
        if step.event.act is Act.COMMIT and step.event.place.span.start > loop.span.end:
            yield step.event.place, None
    for lender in _lenders(project, course, loop):
        commit = written_commit(project, lender)
        if commit is not None:
            yield commit, lender


def _lenders(project: Project, course: Course, loop: For | While) -> Iterator[FunctionScope]:
    """The context manager around the loop, or the dependency of the route, that gives it the session; a block that begins the
    transaction ends with it, and nothing is saved behind the rollback."""
    if any(step.event.act is Act.BEGIN for step in course.steps):
        return
    for block in own_blocks(project, course.scope):
        callee = project.kind(block.item.context.func, course.scope) if isinstance(block.item.context, Call) else None
        is_around = block.name == course.name and block.statement.span.contains(loop.span)
        if is_around and isinstance(callee, kinds.FunctionKind):
            yield callee.function
    if isinstance(course.scope, FunctionScope) and is_route(project, course.scope):
        for injected in injected_sessions(project, course.scope):
            provider = provider_function(project, injected.dependency)
            if injected.parameter.name == course.name and provider is not None:
                yield provider


def _is_told(course: Course, dropped: Dropped, commit: _Commit) -> bool:
    """Whether the code behind the loop asks for what the handlers have noted, and saves all or nothing: ``if errors: raise``."""
    noted = frozenset(name for handler in dropped.guarded.handlers for name in _noted(handler, course.name))
    place, lender = commit
    return any(
        isinstance(one, If | While)
        and one.span.start > dropped.loop.span.end
        and (lender is not None or one.span.start < place.span.end)
        and roots(one.test) & noted
        and ((lender is None and one.span.contains(place.span)) or any(map(_leaves, walk.statements((one,)))))
        for one in walk.statements(course.scope.body)
    )


def _noted(handler: Handler, session: str) -> frozenset[str]:
    """The names that a handler assigns, or whose methods it calls: ``failed = True``, ``errors.append(row)``."""
    called = (_receiver(statement) for statement in walk.statements(handler.body))
    names = assigned(handler.body) | {name for one in called if one is not None for name in roots(one)}
    return names - {session.partition(".")[0]}


def _receiver(statement: Statement) -> Attribute | None:
    value = statement.value if isinstance(statement, Evaluate) else None
    call = value.value if isinstance(value, Await) else value
    return call.func if isinstance(call, Call) and isinstance(call.func, Attribute) and not is_harmless(call) else None


def _leaves(statement: Statement) -> bool:
    return isinstance(statement, Raise | Return)
