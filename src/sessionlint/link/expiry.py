"""Asynchronous sessions whose objects expire when they commit."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from sessionlint.link import kinds
from sessionlint.link.makers import Maker, configurations, is_subclass_with_init, makers, opened_calls
from sessionlint.link.project import Project
from sessionlint.link.scopes import Site
from sessionlint.model.facts import Attribute, Await, Call, With
from sessionlint.model.source import Place

_OPTION = "expire_on_commit"


@dataclass(frozen=True, slots=True, eq=False)
class ExpiringSessions:
    """``commit`` is a place where one of the maker's sessions commits, where that is known for sure."""

    maker: Maker
    commit: Place | None


def expiring_async_sessions(project: Project) -> Iterator[ExpiringSessions]:
    """Every maker of asynchronous sessions that leaves ``expire_on_commit`` as it is, and of which a session may commit."""
    configured = _configured(project)
    overridden = _overridden(project)
    commits = list(_commits(project))
    for maker in makers(project):
        if not maker.is_async or maker.partial or maker.has_stars or is_subclass_with_init(project, maker.session_class):
            continue
        if any(given.keyword == _OPTION for given in maker.call.args) or maker.place in configured | overridden:
            continue
        ours = [place for origin, place in commits if origin in (None, maker.place)]
        if ours and None not in configured:
            certain = next((place for origin, place in commits if origin == maker.place), None)
            yield ExpiringSessions(maker, certain)


def _configured(project: Project) -> set[Place | None]:
    """The factories (None: one that cannot be told) to which ``configure`` gives the option, or may."""
    return {
        factory.origin
        for factory, _, call in configurations(project)
        if any(given.keyword == _OPTION or given.star for given in call.args)
    }


def _overridden(project: Project) -> set[Place]:
    """The factories that are called with the option each time."""
    given: dict[Place, list[bool]] = defaultdict(list)
    for factory, call, _ in opened_calls(project):
        if factory.origin is not None:
            given[factory.origin].append(any(argument.keyword == _OPTION or argument.star == "**" for argument in call.args))
    return {origin for origin, each in given.items() if all(each)}


def _commits(project: Project) -> Iterator[tuple[Place | None, Place]]:
    """Every place where an asynchronous session commits, with what made the session (None: it cannot be told)."""
    for site in project.calls():
        call = site.term
        assert isinstance(call, Call)
        if not isinstance(call.func, Attribute) or call.func.attr not in ("commit", "begin"):
            continue
        match project.kind(call.func.value, site.scope):
            case kinds.Session(is_async=True, origin=origin) | kinds.Factory(is_async=True, origin=origin):
                yield origin, site.place
            case kinds.Unknown() if _is_awaited(site):
                yield None, site.place


def _is_awaited(site: Site) -> bool:
    if isinstance(site.statement, With) and not site.path:
        return site.statement.is_async
    return any(isinstance(outer, Await) for outer in site.path)
