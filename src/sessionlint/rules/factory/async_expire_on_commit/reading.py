"""Sessions that only read: neither who opens one nor any function of the project that gets it commits."""

from sessionlint.link.names.scopes import FunctionScope, Site
from sessionlint.link.project import Project
from sessionlint.link.question import remembered
from sessionlint.link.values import kinds
from sessionlint.model.facts import Attribute, Call
from sessionlint.questions.sessions.holding import Use, holding_of, parameter_for

_COMMITTING = frozenset({"commit", "begin"})
_KEPT = frozenset({Use.USED, Use.CLOSED, Use.MANAGED, Use.DROPPED})  # dropped: where the `with` names it


def may_commit(project: Project, function: FunctionScope, names: frozenset[str]) -> bool:
    """Whether the session that ``function`` knows by ``names`` may be committed, there or by whoever gets it."""
    return remembered(project, ("may commit", function, names), False, _may_commit, project, function, names)


def _may_commit(project: Project, function: FunctionScope, names: frozenset[str]) -> bool:
    return any(
        where.use not in _KEPT or _commits_at(project, site) for site, where in holding_of(project).mentions(function, names)
    )


def _commits_at(project: Project, site: Site) -> bool:
    match site.path:
        case (Attribute(attr=attr), *_):
            return attr in _COMMITTING
        case (Call() as call, *_) if any(given.value is site.term for given in call.args):
            return _commits_given(project, call, site)
        case _:
            return False


def _commits_given(project: Project, call: Call, site: Site) -> bool:
    callee = project.kind(call.func, site.scope)
    if not isinstance(callee, kinds.FunctionKind) or callee.wrapped:
        return not (isinstance(callee, kinds.External) and callee.name.startswith("builtins."))
    parameter = parameter_for(callee.function, call, site.term)
    return parameter is None or may_commit(project, callee.function, frozenset({parameter}))
