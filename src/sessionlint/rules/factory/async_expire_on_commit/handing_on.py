"""Sessions and factories with which the function that makes them does nothing but to hand them on."""

from sessionlint.link.names.scopes import FunctionScope, Site
from sessionlint.link.names.sites import sites
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model.facts import Assign, Attribute, Call, Name, With
from sessionlint.questions.sessions.makers import Maker

_OF_TRANSACTIONS = frozenset({"begin", "begin_nested", "in_transaction", "rollback", "close"})


def is_left_to_others(project: Project, maker: Maker) -> bool:
    """Whether only the functions that get a local factory, or a session in its ``begin()``, tell what is read, and when.

    A class that gets one keeps it for whoever comes, as a module does.
    """
    function, names = maker.site.scope, local_names(maker)
    if not isinstance(function, FunctionScope) or not names:
        return False
    named = [site for site in sites(function) if isinstance(site.term, Name) and site.term.id in names and site.path]
    if not any(_is_argument(site) for site in named):
        return False
    if maker.is_factory:
        return all(_is_handed_to_function(project, site) for site in named)
    return any(_method(site) == "begin" for site in named) and all(
        _is_argument(site) or _method(site) in _OF_TRANSACTIONS for site in named
    )


def local_names(maker: Maker) -> frozenset[str]:
    """The local names that the opened session, or the factory, gets."""
    match maker.site.statement:
        case With(items=items):
            targets = [item.target for item in items if item.context is maker.call]
        case Assign(targets=(target,), value=value) if value is maker.call:
            targets = [target]
        case _:
            targets = []
    return frozenset(target.id for target in targets if isinstance(target, Name))


def _is_argument(site: Site) -> bool:
    outer = site.path[0]
    return isinstance(outer, Call) and any(given.term is site.term for given in outer.args)


def _is_handed_to_function(project: Project, site: Site) -> bool:
    outer = site.path[0]
    return isinstance(outer, Call) and _is_argument(site) and isinstance(project.kind(outer.func, site.scope), kinds.FunctionKind)


def _method(site: Site) -> str | None:
    outer = site.path[0]
    return outer.attr if isinstance(outer, Attribute) else None
