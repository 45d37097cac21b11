"""SES307 use-after-close: the session is used after its ``with`` block or its ``close()``.

Why: a closed Session is not dead. ``close()`` resets it, and the next query silently takes a new connection that nobody
gives back (SQLAlchemy, ``Session.close``; with ``close_resets_only=False`` it raises instead).

Fix safety: none yet; whether the use moves into the block or gets a session of its own is for the author to say.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope, ParameterBinding
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related
from sessionlint.questions.sessions.block_uses import Act
from sessionlint.questions.sessions.conditions import State
from sessionlint.questions.sessions.transactions import Course, Step, courses
from sessionlint.rules.session.use_after_close import RULE

_USES = frozenset({Act.SQL, Act.WRITE, Act.QUERY, Act.FLUSH, Act.COMMIT, Act.NESTED, Act.BEGIN})


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for course in courses(project, module):
        step = _first_use(course)
        if step is not None:
            yield RULE.finding(
                step.event.place,
                _message(course, step),
                related=tuple(_related(course, step)),
                help="move the use into the block, or open another session for it",
            )


def _first_use(course: Course) -> Step | None:
    """The first use that every path reaches with the session closed; None when it is closed once more behind it."""
    if _is_given(course):
        return None
    closed = [step for step in course.steps if _is_behind(step)]
    uses = [step for step in closed if step.event.act in _USES]
    if not uses or any(step.event.act is Act.CLOSE for step in closed[closed.index(uses[0]) :]):
        return None
    return uses[0]


def _is_given(course: Course) -> bool:
    """Whether the session is the caller's, who closes it once more: a test has it from a fixture."""
    bindings = course.scope.bindings.get(course.name, ())
    return bool(bindings) and all(isinstance(binding, ParameterBinding) for binding in bindings)


def _is_behind(step: Step) -> bool:
    ended = step.before - {State.ABSENT}
    return bool(ended) and ended <= {State.LEFT, State.CLOSED}


def _message(course: Course, step: Step) -> str:
    what = "its `with` block" if State.LEFT in step.before else "its close()"
    if step.event.act in (Act.COMMIT, Act.FLUSH):
        return f"session `{course.name}` is told to {step.event.method} after {what}: what it was to write is gone already"
    if course.borrows:
        behind = "it begins a new transaction on the connection that it borrows, and nothing ends that"
    else:
        behind = "it takes a new connection, and nothing gives that back"
    return f"session `{course.name}` is used after {what}: {behind}"


def _related(course: Course, step: Step) -> Iterator[Related]:
    closes = [other.event.place for other in course.steps if other.event.act is Act.CLOSE]
    ended = course.entered if State.LEFT in step.before else closes
    for place in [place for place in ended if place.span.start < step.event.place.span.start][-1:]:
        yield Related(place, "this block ends before the use" if State.LEFT in step.before else "closed here")
    if course.session.origin is not None:
        yield Related(course.session.origin, "the session factory is built here")
