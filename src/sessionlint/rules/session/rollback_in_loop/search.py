"""Loops whose rounds leave what they write to one commit, and whose handlers roll it back."""

from collections.abc import Iterator

from sessionlint.flow.leaks import is_harmless
from sessionlint.link.project import Project
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Await, Call, Evaluate, For, Handler, If, Raise, Return, Statement, Try, While
from sessionlint.model.records import dataclass
from sessionlint.questions.sessions.block_uses import Act, Event
from sessionlint.questions.sessions.rounds import Dropped, dropped_rounds
from sessionlint.questions.sessions.telling import assigned, roots
from sessionlint.questions.sessions.transactions import Course


@dataclass(frozen=True, slots=True, eq=False)
class LostRounds:
    """``rounds`` and the ``commit`` behind their loop."""

    rounds: Dropped
    commit: Event


def lost_rounds(project: Project, course: Course) -> Iterator[LostRounds]:
    """Each ``try`` once, with the innermost loop that loses something by it."""
    acts = {step.event.act for step in course.steps}
    if not {Act.ROLLBACK, Act.COMMIT} <= acts or acts & {Act.SHARED, Act.YIELDED}:
        return
    told: set[Try] = set()
    for loop in reversed([one for one in walk.statements(course.scope.body) if isinstance(one, For | While)]):
        commit = next((step.event for step in course.steps if _is_behind(step.event, loop)), None)
        for dropped in dropped_rounds(project, course.scope, course.name, loop) if commit is not None else ():
            if commit is not None and dropped.guarded not in told and not _is_told(course, dropped, commit):
                told.add(dropped.guarded)
                yield LostRounds(dropped, commit)


def _is_behind(event: Event, loop: For | While) -> bool:
    return event.act is Act.COMMIT and event.place.span.start > loop.span.end


def _is_told(course: Course, dropped: Dropped, commit: Event) -> bool:
    """Whether the code behind the loop asks for what the handlers have noted, and saves all or nothing: ``if errors: raise``."""
    noted = frozenset(name for handler in dropped.guarded.handlers for name in _noted(handler, course.name))
    return any(
        isinstance(one, If | While)
        and one.span.start > dropped.loop.span.end
        and one.span.start < commit.place.span.end
        and roots(one.test) & noted
        and (one.span.contains(commit.place.span) or any(map(_leaves, walk.statements((one,)))))
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
