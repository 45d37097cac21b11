"""Sessions that a task takes over: it closes what it is given, and who had the session before leaves that to it."""

from sessionlint.link.names.functions import yields
from sessionlint.link.names.scopes import FunctionScope, Site
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Block, Call, If, Name, Term, With
from sessionlint.questions.requests.routes import injected_sessions
from sessionlint.questions.running.borrowing import Owner, asked_between
from sessionlint.questions.sessions.holding import CLOSING_METHODS, Use, holding_of, parameter_for


def is_handed_over(project: Project, site: Site, name: str, coroutine: Call, owner: Owner) -> bool:
    """Whether the task that is started at ``site`` closes the session ``name``, nobody else does, and nobody uses it any more."""
    if owner.block is not None or not isinstance(site.scope, FunctionScope) or not _closes(project, coroutine, name, site.scope):
        return False
    if next(asked_between(project, name, site.scope, site.statement.span.end, site.scope.node.span.end), None) is not None:
        return False
    return _is_left_open(project, name, site.scope) if owner.injected else not owner.ends_here


def _closes(project: Project, coroutine: Call, name: str, scope: FunctionScope) -> bool:
    callee = project.kind(coroutine.func, scope)
    given = next((given.term for given in coroutine.args if walk.dotted(given.term) == name), None)
    if not isinstance(callee, kinds.FunctionKind) or given is None:
        return False
    parameter = parameter_for(callee.function, coroutine, given)
    return parameter is not None and holding_of(project).parameter(callee.function, parameter) is Use.CLOSED


def _is_left_open(project: Project, name: str, scope: FunctionScope) -> bool:
    """Whether the provider that gives the session closes it under a condition only."""
    providers = (one.dependency for one in injected_sessions(project, scope) if one.parameter.name == name)
    for dependency in providers:
        provider = project.kind(dependency.provider, dependency.scope) if dependency.provider is not None else kinds.UNKNOWN
        if isinstance(provider, kinds.FunctionKind):
            lent = [term.value for term in yields(provider.function) if isinstance(term.value, Name)]
            return bool(lent) and not any(_surely_closes(provider.function.body, value.id) for value in lent)
    return False


def _surely_closes(block: Block, name: str) -> bool:
    for statement in block:
        if any(_is_close(inner, name) for term in walk.own_terms(statement) for inner, _ in walk.descend(term)):
            return True
        if isinstance(statement, With) and any(
            _is_name(item.target, name) or _is_name(item.context, name) for item in statement.items
        ):
            return True
        if not isinstance(statement, If) and any(_surely_closes(inner, name) for inner in walk.blocks(statement)):
            return True
    return False


def _is_close(term: Term, name: str) -> bool:
    """``db.close()``, ``closing(db)``, or the session handed to whatever may close it."""
    if not isinstance(term, Call):
        return False
    closed = isinstance(term.func, Attribute) and term.func.attr in CLOSING_METHODS and walk.dotted(term.func.value) == name
    return closed or any(_is_name(given.term, name) for given in term.args)


def _is_name(term: Term | None, name: str) -> bool:
    return isinstance(term, Name) and term.id == name
