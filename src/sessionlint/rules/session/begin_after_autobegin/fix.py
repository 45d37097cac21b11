"""From a second ``begin()`` to what can be done in a transaction that is there already."""

from sessionlint.edits.blocks import remove_statement
from sessionlint.edits.insertion import insert_behind
from sessionlint.link.project import Project
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Await, Block, Evaluate, For, Jump, Return, Statement, While, With, Yield
from sessionlint.model.finding import Applicability, Edit, Fix
from sessionlint.model.source import Place, Span
from sessionlint.questions.sessions.block_uses import Act, Event
from sessionlint.questions.sessions.conditions import IN_BLOCK
from sessionlint.questions.sessions.transactions import Course, Step

_ENDING = frozenset({Act.COMMIT, Act.ROLLBACK, Act.CLOSE, Act.BEGIN, Act.SHARED})


def begin_again_fix(project: Project, course: Course, step: Step) -> Fix | None:
    """A savepoint, and a commit behind the block if it has begun no transaction of its own; None where that is another thing."""
    event, statement = step.event, step.event.site.statement
    if event.call is None or event.call.args:
        return None
    if isinstance(statement, With):
        return _savepoint(project, course, step, statement)
    value = statement.value if isinstance(statement, Evaluate) else None
    if value is None or (value.value if isinstance(value, Await) else value) is not event.call:
        return None
    edits = remove_statement(project.source(course.scope), statement, event.site.block)
    return Fix("leave the `begin()` out", edits, Applicability.UNSAFE) if edits else None


def _savepoint(project: Project, course: Course, step: Step, statement: With) -> Fix | None:
    item = next((one for one in statement.items if one.context is step.event.call), None)
    if item is None or item.target is not None or _ends_inside(course, statement):
        return None
    nested = _nested(step.event)
    if step.before <= IN_BLOCK:  # the block around it commits
        return Fix("set a savepoint: `begin_nested()`", (nested,), Applicability.UNSAFE)
    if _leaves(statement.body):
        return None
    written = f"{'await ' if course.session.is_async else ''}{course.name}.commit()"
    commit = insert_behind(project.source(course.scope), statement, written)
    return Fix("set a savepoint, and commit behind it", (nested, commit), Applicability.UNSAFE) if commit else None


def _ends_inside(course: Course, statement: With) -> bool:
    """Whether the block commits, rolls back or closes by itself: a savepoint does not outlive that."""
    inside = (step.event for step in course.steps if step.event.site.statement is not statement)
    return any(event.act in _ENDING and statement.span.contains(event.place.span) for event in inside)


def _nested(event: Event) -> Edit:
    assert event.call is not None
    assert isinstance(event.call.func, Attribute)
    end = event.call.func.span.end
    return Edit(Place(event.place.path, Span(end - len("begin"), end)), "begin_nested")


def _leaves(block: Block) -> bool:
    """Whether a path leaves the block by a return, or by the break or continue of a loop around it, or stops at a yield."""
    return any(_statement_leaves(statement, in_loop=False) for statement in block)


def _statement_leaves(statement: Statement, *, in_loop: bool) -> bool:
    if isinstance(statement, Return):
        return True
    if isinstance(statement, Jump):
        return statement.kind != "pass" and not in_loop
    if any(isinstance(term, Yield) for top in walk.own_terms(statement) for term, _ in walk.descend(top)):
        return True
    inside = in_loop or isinstance(statement, For | While)
    return any(_statement_leaves(one, in_loop=inside) for block in walk.blocks(statement) for one in block)
