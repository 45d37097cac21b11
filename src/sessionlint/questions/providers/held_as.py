"""What the consumer of a provider calls the session."""

from sessionlint.link.names.scopes import Site
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Assign, Attribute, Await, Call, For, Term, With
from sessionlint.questions.providers.consumptions import Consumption
from sessionlint.questions.providers.usage_table import Use

_LENT = kinds.Session | kinds.Generator | kinds.ContextManager


def session_name(project: Project, found: Consumption) -> str:
    """What the consumer calls the session, or what it takes for one; ``session`` where it has no name for it."""
    for site in (found.used, found.given if found.use is Use.AS_SESSION else None):
        target = _named_by(project, site) if site is not None else None
        if target is not None and (name := walk.dotted(target)):
            return name
    return "session"


def _named_by(project: Project, site: Site) -> Term | None:
    match site.statement:
        case For(target=target):
            return target
        case With(items=items):
            targets = [item.target for item in items if any(term is site.term for term, _ in walk.descend(item.context))]
            return targets[0] if targets else None
        case Assign(targets=(target,), value=value) if value is not None:
            lent = isinstance(project.kind(value, site.scope), _LENT) or _is_advanced(value)
            return target if lent else None
        case _:
            return None


def _is_advanced(value: Term) -> bool:
    """``get_db().__next__()``, ``await get_session().__anext__()``."""
    call = value.value if isinstance(value, Await) else value
    return isinstance(call, Call) and isinstance(call.func, Attribute) and call.func.attr in ("__next__", "__anext__")
