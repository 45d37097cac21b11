"""What the project does with the results of one of its functions."""

from collections.abc import Sequence

from sessionlint.link.names.scopes import FunctionScope, Site
from sessionlint.link.names.sites import sites
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model.facts import Assign, Attribute, Await, Call, Name
from sessionlint.questions.references.call_graph import calls_to


def calls_of(project: Project, function: FunctionScope) -> Sequence[Site]:
    """Every call of ``function`` that can be seen, methods on ``self`` included."""
    return [site for site in calls_to(project, function) if _is_plain(project, site)]


def _is_plain(project: Project, site: Site) -> bool:
    called = project.kind(site.term.func, site.scope) if isinstance(site.term, Call) else None
    return isinstance(called, kinds.FunctionKind) and not called.wrapped


def is_asked(project: Project, function: FunctionScope) -> bool:
    """Whether somebody reads an attribute of a result of ``function`` or calls a method on it: a list has not the same ones."""
    return any(_is_asked(site) for site in calls_of(project, function))


def _is_asked(site: Site) -> bool:
    path = site.path[1:] if site.path and isinstance(site.path[0], Await) else site.path
    if path:
        return isinstance(path[0], Attribute)
    match site.statement:
        case Assign(targets=targets):
            names = {target.id for target in targets if isinstance(target, Name)}
            return any(
                isinstance(other.term, Name)
                and other.term.id in names
                and bool(other.path)
                and isinstance(other.path[0], Attribute)
                for other in sites(site.scope)
            )
        case _:
            return False
