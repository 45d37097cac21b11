"""What is done with a session by who opens it, and by the functions of the project that get it: commits, and objects."""

from collections.abc import Callable
from typing import TypeAlias

from sessionlint.link.names.scopes import FunctionScope, Scope, Site
from sessionlint.link.project import Project
from sessionlint.link.question import remembered
from sessionlint.link.values import kinds
from sessionlint.model.facts import Attribute, Call, Term
from sessionlint.questions.sessions.holding import Use, holding_of, parameter_for
from sessionlint.questions.sessions.statements import RUNNING, statements_given

_COMMITTING = frozenset({"commit", "begin"})
_KEPT = frozenset({Use.USED, Use.CLOSED, Use.MANAGED, Use.DROPPED})  # dropped: where the `with` names it
_WITHOUT_OBJECTS = frozenset({"commit", "begin", "begin_nested", "rollback", "flush", "close", "connection", "in_transaction"})

_Asks: TypeAlias = Callable[[Project, FunctionScope, frozenset[str]], bool]


def may_commit(project: Project, function: FunctionScope, names: frozenset[str]) -> bool:
    """Whether the session that ``function`` knows by ``names`` may be committed, there or by whoever gets it."""
    return remembered(project, ("may commit", function, names), False, _may_commit, project, function, names)


def may_have_objects(project: Project, function: FunctionScope, names: frozenset[str]) -> bool:
    """Whether the session may hold objects: more is done with it than running SQL that stands in texts."""
    return remembered(project, ("may have objects", function, names), False, _may_have_objects, project, function, names)


def _may_commit(project: Project, function: FunctionScope, names: frozenset[str]) -> bool:
    return any(
        where.use not in _KEPT or _commits_at(project, site) for site, where in holding_of(project).mentions(function, names)
    )


def _may_have_objects(project: Project, function: FunctionScope, names: frozenset[str]) -> bool:
    return any(
        where.use not in _KEPT or _has_objects_at(project, site) for site, where in holding_of(project).mentions(function, names)
    )


def _commits_at(project: Project, site: Site) -> bool:
    match site.path:
        case (Attribute(attr=attr), *_):
            return attr in _COMMITTING
        case (Call() as call, *_) if any(given.term is site.term for given in call.args):
            return _is_done_with_given(project, call, site, may_commit)
        case _:
            return False


def _has_objects_at(project: Project, site: Site) -> bool:
    match site.path:
        case (Attribute(attr=attr), Call(args=(given, *_)), *_) if attr in RUNNING:
            statements = statements_given(given.term, site.scope)
            return not statements or not all(_is_text(project, one, site.scope) for one in statements)
        case (Attribute(attr=attr), *_):
            return attr not in _WITHOUT_OBJECTS
        case (Call() as call, *_) if any(given.term is site.term for given in call.args):
            return _is_done_with_given(project, call, site, may_have_objects)
        case _:
            return False


_TEXTS = (
    kinds.External("sqlalchemy.text"),
    kinds.External("sqlalchemy.sql.text"),
    kinds.External("sqlalchemy.sql.expression.text"),
)


def _is_text(project: Project, statement: Term, scope: Scope) -> bool:
    """``text(...)``, ``text(...).bindparams(...)``"""
    while isinstance(statement, Call):
        if project.kind(statement.func, scope) in _TEXTS:
            return True
        statement = statement.func.value if isinstance(statement.func, Attribute) else statement.func
    return False


def _is_done_with_given(project: Project, call: Call, site: Site, asks: _Asks) -> bool:
    """What is done by a function of the project, and may be by any other that is no built-in one."""
    callee = project.kind(call.func, site.scope)
    if not isinstance(callee, kinds.FunctionKind) or callee.wrapped:
        return not (isinstance(callee, kinds.External) and callee.name.startswith("builtins."))
    parameter = parameter_for(callee.function, call, site.term)
    return parameter is None or asks(project, callee.function, frozenset({parameter}))
