"""The handlers that swallow an error of a session which is then used again, in them or behind them."""

from collections import defaultdict
from collections.abc import Iterator

from sessionlint.link.project import Project
from sessionlint.model.facts import Handler, WithItem
from sessionlint.model.records import dataclass
from sessionlint.questions.sessions.block_uses import Act, Event
from sessionlint.questions.sessions.conditions import Failed, first_rollback
from sessionlint.questions.sessions.rounds import is_dropped_in, loops_around
from sessionlint.questions.sessions.transactions import Course, Step

_USES = frozenset({Act.SQL, Act.WRITE, Act.FLUSH, Act.COMMIT, Act.NESTED})


@dataclass(frozen=True, slots=True, eq=False)
class Swallowed:
    """An error that is caught ``by`` a handler or ``suppress()``, and the next ``use`` of the session."""

    by: Handler | WithItem
    failed: Failed
    use: Event

    @property
    def handler(self) -> Handler | None:
        return self.by if isinstance(self.by, Handler) else None

    @property
    def is_within(self) -> bool:
        """Whether the handler itself uses the session."""
        return self.handler is not None and self.handler.span.contains(self.use.place.span)

    @property
    def is_autoflush(self) -> bool:
        """Whether what failed is a query that flushes."""
        return self.failed.flushing and self.failed.at is not None and self.failed.at.act in (Act.SQL, Act.NESTED)


def swallowed_errors(course: Course) -> Iterator[Swallowed]:
    """Each handler once, with the first use behind the error."""
    found: dict[Handler | WithItem, list[Swallowed]] = defaultdict(list)
    for step in course.steps:
        for failed in _failed(step):
            if failed.by is not None and _is_use(step, failed, failed.by):
                found[failed.by].append(Swallowed(failed.by, failed, step.event))
    for each in found.values():
        yield each[0]


def _failed(step: Step) -> list[Failed]:
    """In which ways the session may have failed before a step, in source order."""
    failed = [condition for condition in step.before if isinstance(condition, Failed) and condition.at is not None]
    return sorted(failed, key=lambda one: (one.at.place.span.start if one.at is not None else 0, one.inside, one.nested))


def _is_use(step: Step, failed: Failed, by: Handler | WithItem) -> bool:
    """Whether a step is refused, or behind the handler adds to what will be; and nobody thought of a rollback before."""
    within = by.span.contains(step.event.place.span)
    if failed not in step.refused and (within or step.event.act not in _USES):
        return False
    rollback = first_rollback(by.body) if isinstance(by, Handler) else None
    return rollback is None or (within and step.event.place.span.start < rollback)


def drops_earlier_rounds(project: Project, course: Course, found: Swallowed) -> bool:
    """Whether the error is caught in a loop whose rounds do not commit what they write: a rollback takes theirs along."""
    loop = next(loops_around(course.scope, found.by.span), None)
    if loop is None:
        return False
    if all(step.event.act is not Act.COMMIT for step in course.steps if loop.span.contains(step.event.place.span)):
        return True
    return found.handler is not None and is_dropped_in(project, course.scope, course.name, found.handler)
