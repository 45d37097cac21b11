"""The functions that handle a session's errors: called by an ``except`` clause, where it matters whether they return, or by the
object that keeps the session, where it matters what they do with it."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Scope
from sessionlint.link.project import Project
from sessionlint.link.question import collected, gathered
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Block, Call
from sessionlint.questions.leaving.never_returns import whole_call
from sessionlint.questions.sessions.conditions import FAILING_METHODS, catches_database_errors


@gathered
def unread_handlers(project: Project, module: ModuleScope) -> Iterator[str]:
    """The files without facts in which such a function stands, or one that it calls in turn."""
    waiting = [(handled, scope) for scope in _failing(project, module) for handled in _handlers(scope)]
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


@gathered
def unread_methods(project: Project, module: ModuleScope) -> Iterator[str]:
    """The files without facts in which stands what an object that keeps a session calls where its errors are handled: a base
    class, or a class whose object it holds."""
    waiting = [scope for scope in _failing(project, module) if isinstance(scope, FunctionScope) and scope.owner is not None]
    seen = set(waiting)
    while waiting:
        function = waiting.pop()
        yield from _unread_bases(project, function)
        for site in project.calls_in(function):
            match project.kind(site.term.func, function) if isinstance(site.term, Call) else None:
                case kinds.Unknown(unread=str(path)):
                    yield path
                case kinds.FunctionKind(function=called) if called not in seen:
                    seen.add(called)
                    waiting.append(called)


def _unread_bases(project: Project, function: FunctionScope) -> Iterator[str]:
    for cls in project.evaluator.ancestors(function.owner) if function.owner is not None else ():
        bases = project.evaluator.base_kinds(cls)
        yield from (base.unread for base in bases if isinstance(base, kinds.Unknown) and base.unread is not None)


@collected
def _failing(project: Project, module: ModuleScope) -> Iterator[Scope]:
    """The bodies of a module in which a session does what may fail, and such errors are handled, each once."""
    handling = {scope for scope in module.scopes if any(_handlers(scope))}
    sites = module.calls_named(sorted(FAILING_METHODS)) if handling else ()
    found = (
        site.scope
        for site in sites
        if site.scope in handling
        and isinstance(site.term, Call)
        and isinstance(site.term.func, Attribute)
        and isinstance(project.kind(site.term.func.value, site.scope), kinds.Session)
    )
    yield from dict.fromkeys(found)


def _handlers(scope: Scope) -> Iterator[Block]:
    for guarded in scope.tries:
        yield from (handler.body for handler in guarded.handlers if catches_database_errors(handler))
