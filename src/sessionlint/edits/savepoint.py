"""A savepoint around the body of a ``try``: ``with db.begin_nested():``."""

from sessionlint.edits.blocks import cover, remove_statement
from sessionlint.link.names.scopes import FunctionScope, Scope
from sessionlint.link.project import Project
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Await, Call, Evaluate, Statement, Try, With
from sessionlint.model.finding import Applicability, Edit, Fix
from sessionlint.questions.sessions.block_uses import Act, Event
from sessionlint.questions.sessions.rounds import is_write, keeps_transaction, loops_around
from sessionlint.questions.sessions.transactions import Course
from sessionlint.text.lines import lines_of


def savepoint_fix(project: Project, course: Course, guarded: Try, rollbacks: tuple[Event, ...] = ()) -> Fix | None:
    """Put the body of ``guarded`` into a savepoint, in place of the ``rollbacks`` in its handlers; None where what it does would
    end the savepoint, where nothing that it does can fail in it, or where nothing can be awaited."""
    scope, is_async = course.scope, course.session.is_async
    if is_async and not (isinstance(scope, FunctionScope) and scope.node.is_async):
        return None
    inside = [step.event for step in course.steps if any(one.span.contains(step.event.place.span) for one in guarded.body)]
    if not _does_the_work(course, guarded, inside) or not all(keeps_transaction(project, one, course.name) for one in inside):
        return None
    removed = [_without(project, scope, guarded, event) for event in rollbacks]
    written = f"{'async ' if is_async else ''}with {course.name}.begin_nested():"
    edits = () if _is_nested(guarded, inside) else _covered(project, scope, guarded, written)
    if edits is None or any(one is None for one in removed):
        return None
    if not edits and not removed:
        return None
    title = f"put the work of each round into `{course.name}.begin_nested()`"
    return Fix(title, (*edits, *(edit for one in removed if one is not None for edit in one)), Applicability.UNSAFE)


def _does_the_work(course: Course, guarded: Try, inside: list[Event]) -> bool:
    """Whether what fails is done in the body: what waits before it is flushed before the savepoint is set, and fails there."""
    round_of = next(reversed([*loops_around(course.scope, guarded.span)]), None)
    start = round_of.span.start if round_of is not None else 0
    waiting = (step.event for step in course.steps if start < step.event.place.span.start < guarded.span.start)
    targets = (target for one in walk.statements(guarded.body) for target in getattr(one, "targets", ()))
    changes = any(isinstance(target, Attribute) for target in targets)
    works = any(event.act is not Act.FLUSH and (event.act is Act.PASSED or is_write(event)) for event in inside)
    return (works or changes) and not any(event.act is Act.WRITE for event in waiting)


def _is_nested(guarded: Try, inside: list[Event]) -> bool:
    """Whether the body is such a block already."""
    return any(
        event.act is Act.NESTED and guarded.body == (event.site.statement,) and isinstance(event.site.statement, With)
        for event in inside
    )


def _covered(project: Project, scope: Scope, guarded: Try, header: str) -> tuple[Edit, ...] | None:
    source = project.source(scope)
    return cover(source, guarded.body, header, lines_of(source.text).indent(guarded.span.start))


def _without(project: Project, scope: Scope, guarded: Try, rollback: Event) -> tuple[Edit, ...] | None:
    """The edits that take a rollback out of a handler, where it is a statement of its own."""
    for handler in guarded.handlers:
        for statement in walk.statements(handler.body):
            if _is_call(statement, rollback.call):
                return remove_statement(project.source(scope), statement, rollback.site.block)
    return None


def _is_call(statement: Statement, call: Call | None) -> bool:
    value = statement.value if isinstance(statement, Evaluate) else None
    return call is not None and (value.value if isinstance(value, Await) else value) is call
