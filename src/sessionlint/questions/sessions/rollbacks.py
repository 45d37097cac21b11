"""Handlers that do no more than the end of a session's block does: roll back, and raise again."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.link.question import gathered
from sessionlint.model import walk
from sessionlint.model.facts import Await, Call, Constant, Evaluate, Handler, Name, Raise, Statement, Try

_ROLLBACK_EVENTS = frozenset({"after_rollback", "after_soft_rollback"})


def merely_reraises(project: Project, guard: Try, names: frozenset[str]) -> bool:
    """Whether the handlers of a ``try`` do nothing but roll the session back and raise the error again, and nobody listens."""
    return not _listeners_to_rollbacks(project) and all(_merely_reraises(handler, names) for handler in guard.handlers)


def is_call(statement: Statement, names: frozenset[str], methods: tuple[str, ...]) -> bool:
    """``db.close()`` or ``await db.close()``, and nothing around it."""
    value = statement.value if isinstance(statement, Evaluate) else None
    call = value.value if isinstance(value, Await) else value
    called = walk.dotted(call.func) if isinstance(call, Call) and not call.args else None
    owner, _, method = (called or "").rpartition(".")
    return owner in names and method in methods


def _merely_reraises(handler: Handler, names: frozenset[str]) -> bool:
    """``rollback()``, if anything, and ``raise``."""
    *before, last = handler.body
    if not isinstance(last, Raise) or last.cause is not None:
        return False
    again = last.value is None or (isinstance(last.value, Name) and last.value.id == handler.name)
    return again and all(is_call(statement, names, ("rollback",)) for statement in before)


@gathered
def _listeners_to_rollbacks(_: Project, module: ModuleScope) -> Iterator[str]:
    """The modules in which somebody listens, by path: a session that is merely closed tells nobody that it rolls back."""
    if any(
        isinstance(given.term, Constant) and given.term.value in _ROLLBACK_EVENTS
        for site in module.calls
        if isinstance(site.term, Call)
        for given in site.term.args
    ):
        yield module.path
