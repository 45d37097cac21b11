"""A rollback, or a savepoint, for a handler that swallows the error of a session."""

from collections.abc import Iterator

from sessionlint.edits.insertion import insert_first
from sessionlint.edits.savepoint import savepoint_fix
from sessionlint.link.names.scopes import FunctionScope
from sessionlint.link.project import Project
from sessionlint.model import walk
from sessionlint.model.facts import Assign, For, Handler, Name, Statement, Term, Try, With
from sessionlint.model.finding import Applicability, Fix
from sessionlint.questions.sessions.escape import derived_names
from sessionlint.questions.sessions.lives import statement_mentions
from sessionlint.questions.sessions.rounds import loops_around
from sessionlint.questions.sessions.transactions import Course
from sessionlint.rules.session.swallowed_session_error.search import Swallowed, drops_earlier_rounds


def swallowed_fix(project: Project, course: Course, found: Swallowed) -> Fix | None:
    """Roll ``course``'s session back first in the handler or, where that would drop what earlier rounds of a loop have written,
    put the body of the ``try`` into a savepoint. None where the session may not be there, and where nothing can be awaited."""
    scope, handler = course.scope, found.handler
    if handler is None:
        return None
    guarded = next(one for one in walk.statements(scope.body) if isinstance(one, Try) and handler in one.handlers)
    if any(_binds(inner, course.name) for inner in walk.statements(guarded.body)):
        return None
    is_async = course.session.is_async
    if is_async and not (isinstance(scope, FunctionScope) and scope.node.is_async):
        return None
    if is_async and isinstance(scope, FunctionScope) and _reads_expired(scope, course.name, guarded, handler):
        return None
    if drops_earlier_rounds(project, course, found):
        return savepoint_fix(project, course, guarded)
    return _rollback(project, course, handler) if not found.failed.inside and not found.failed.nested else None


def _rollback(project: Project, course: Course, handler: Handler) -> Fix:
    is_async = course.session.is_async
    written = f"{'await ' if is_async else ''}{course.name}.rollback()"
    edit = insert_first(project.source(course.scope), handler.body, written)
    return Fix(f"add `{written}`", (edit,), Applicability.UNSAFE)


def _reads_expired(function: FunctionScope, name: str, guarded: Try, handler: Handler) -> bool:
    """Whether an object of an async session is looked at behind the rollback, which cannot load it again on mere access."""
    objects = derived_names(function, frozenset({name})) - {name}
    inside = set(walk.statements(guarded.body))
    older = {one for one in objects if any(_binds(other, one) for other in walk.statements(function.body) if other not in inside)}
    start = min((loop.span.start for loop in loops_around(function, guarded.span)), default=handler.span.start)
    behind = (one for one in function.body if one.span.end > start)
    return any(statement_mentions(one, frozenset(objects)) for one in handler.body) or any(
        isinstance(term, Name) and term.id in older and term.span.start > start
        for statement in walk.statements(tuple(behind))
        for top in walk.own_terms(statement)
        for term, _ in walk.descend(top)
    )


def _binds(statement: Statement, name: str) -> bool:
    """Whether ``statement`` gives the session its name, so that the handler may run without it."""
    return any(
        walk.dotted(inner) in (name, name.partition(".")[0]) for top in _targets(statement) for inner, _ in walk.descend(top)
    )


def _targets(statement: Statement) -> Iterator[Term]:
    match statement:
        case Assign(targets=targets):
            yield from targets
        case With(items=items):
            yield from (item.target for item in items if item.target is not None)
        case For(target=target):
            yield target
        case _:
            pass
