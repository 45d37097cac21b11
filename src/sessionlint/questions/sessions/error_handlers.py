"""The functions that handle a session's errors: called by an ``except`` clause, where it matters whether they return."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import FunctionScope, Scope
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Block, Call, Try
from sessionlint.questions.leaving.never_returns import whole_call
from sessionlint.questions.sessions.conditions import FAILING_METHODS, catches_database_errors


def unread_handlers(project: Project) -> Iterator[str]:
    """The files without facts in which such a function stands, or one that it calls in turn."""
    waiting = [(handled, scope) for scope in _failing(project) for handled in _handlers(scope.body)]
    seen: set[FunctionScope] = set()
    while waiting:
        block, scope = waiting.pop()
        for statement in walk.statements(block):
            call, _ = whole_call(statement)
            match project.kind(call.func, scope) if call is not None else None:
                case kinds.Unknown(unread=str(path)):
                    yield path
                case kinds.FunctionKind(function=function) if function not in seen:
                    seen.add(function)
                    waiting.append((function.body, function))


def _failing(project: Project) -> Iterator[Scope]:
    """The bodies in which a session does what may fail, each once."""
    sites = project.calls_named(*sorted(FAILING_METHODS))
    found = (
        site.scope
        for site in sites
        if isinstance(site.term, Call)
        and isinstance(site.term.func, Attribute)
        and isinstance(project.kind(site.term.func.value, site.scope), kinds.Session)
    )
    yield from dict.fromkeys(found)


def _handlers(block: Block) -> Iterator[Block]:
    for statement in walk.statements(block):
        if isinstance(statement, Try):
            yield from (handler.body for handler in statement.handlers if catches_database_errors(handler))
