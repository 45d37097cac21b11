"""The very class of the session that a generator lends, where the code that builds it tells."""

from sessionlint.link.names.functions import yields
from sessionlint.link.names.scopes import FunctionScope, Scope
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Call
from sessionlint.model.source import Place

_DEFAULTS = {"sessionmaker": "sqlalchemy.orm.Session", "async_sessionmaker": "sqlalchemy.ext.asyncio.AsyncSession"}


def lent_class(project: Project, function: FunctionScope) -> str | None:
    """The canonical name of the library's class that ``function`` yields; None when it is not certain, or the project's own."""
    found = {_of(project, project.kind(term.value, function)) for term in yields(function) if term.value is not None}
    return found.pop() if len(found) == 1 else None


def _of(project: Project, lent: kinds.Kind) -> str | None:
    if not isinstance(lent, kinds.Session) or lent.origin is None or lent.scoped:
        return None
    built = _built_at(project, lent.origin)
    if built is None or any(given.star for given in built[0].args):
        return None
    call, scope = built
    match project.kind(call.func, scope):
        case kinds.SessionType(name=name):
            return name
        case kinds.External(name=name) if name in _DEFAULTS:
            chosen = walk.argument(call, None, "class_")
            cls = project.kind(chosen, scope) if chosen is not None else None
            if cls is None:
                return _DEFAULTS[name]
            return cls.name if isinstance(cls, kinds.SessionType) else None
        case _:
            return None


def _built_at(project: Project, place: Place) -> tuple[Call, Scope] | None:
    site = project.call_at(place)
    return (site.term, site.scope) if site is not None and isinstance(site.term, Call) else None
