"""Sessions that are opened inside the ``try`` whose ``finally`` closes them."""

from sessionlint.link.names.scopes import FunctionScope
from sessionlint.link.names.sites import placed
from sessionlint.link.project import Project
from sessionlint.model.facts import Block, Try
from sessionlint.model.records import dataclass
from sessionlint.questions.sessions.escape import derived_names
from sessionlint.questions.sessions.holding import holding_of
from sessionlint.questions.sessions.lives import Life, statement_mentions


@dataclass(frozen=True, slots=True, eq=False)
class InsideTry:
    """``covered`` are the statements of the body of ``guard`` that use the session; its ``finally`` does nothing but close it."""

    guard: Try
    covered: Block


def inside_try(project: Project, life: Life) -> InsideTry | None:
    """None also where a handler has to do with the session: it would run when that is closed."""
    function, name, opening = life.scope, life.name, life.opening.statement
    if not isinstance(function, FunctionScope) or name is None or life.names != {name} or len(function.bindings[name]) != 1:
        return None
    guard = next((one.statement for one in placed(function) if _holds(one.statement, life)), None)
    if not isinstance(guard, Try):
        return None
    behind = guard.body[guard.body.index(opening) + 1 :]
    last = max((index for index, one in enumerate(behind) if statement_mentions(one, life.names)), default=-1)
    covered = behind[: last + 1]
    inside = [*(one.span for one in covered), *(one.span for one in guard.final)]
    mentions = holding_of(project).mentions(function, life.names)
    if not covered or not all(any(span.contains(site.term.span) for span in inside) for site, _ in mentions):
        return None
    names = derived_names(function, life.names)
    handled = any(statement_mentions(one, names) for handler in guard.handlers for one in handler.body)
    return None if handled or any(statement_mentions(one, names) for one in guard.orelse) else InsideTry(guard, covered)


def _holds(statement: object, life: Life) -> bool:
    """Whether a ``try`` has the opening in its body, and in its ``finally`` every close and nothing else."""
    if not isinstance(statement, Try) or not any(one is life.opening.statement for one in statement.body):
        return False
    closing = [site.statement for site in life.closes]
    return bool(closing) and len(closing) == len(statement.final) and all(one in statement.final for one in closing)
