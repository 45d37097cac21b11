"""Asynchronous engines that a fixture of pytest keeps for longer than an event loop lives on which they are used."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Site, enclosing_function
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model.facts import Call
from sessionlint.model.records import dataclass
from sessionlint.model.role import Role
from sessionlint.questions.engines.drivers import driver_of
from sessionlint.questions.engines.engine_reach import disposes
from sessionlint.questions.engines.engines import is_engine_builder
from sessionlint.questions.engines.urls import engine_urls
from sessionlint.questions.injection.fixtures import fixtures_of
from sessionlint.rules.engine.engine_across_event_loops.loops_of_tests import (
    are_loops_known,
    fixture_scope,
    lives_longer,
    loop_scope,
    users_of,
)
from sessionlint.rules.engine.engine_across_event_loops.pooled import LOOPLESS, is_pooled

_DEPTH = 4


@dataclass(frozen=True, slots=True, eq=False)
class FixtureEngine:
    """``fixture`` builds the engine at ``site`` and keeps it for as long as ``scope`` says; ``user`` gets it on an event loop
    that ends before."""

    site: Site
    fixture: FunctionScope
    scope: str
    user: FunctionScope
    loop: str


def engines_of_fixtures(project: Project, module: ModuleScope) -> Iterator[FixtureEngine]:
    """Every such engine of a module of tests, each with the first of its users."""
    if project.role(module) is not Role.TEST or not are_loops_known(project):
        return
    fixtures = set(fixtures_of(project, module))
    for site in project.calls_giving(kinds.Engine, within=module):
        fixture = enclosing_function(site.scope)
        scope = fixture_scope(fixture) if fixture is not None and fixture in fixtures else None
        if fixture is None or scope in (None, "function") or not _is_tied(project, module, site):
            continue
        assert scope is not None
        found = next(_users(project, fixture, scope, _DEPTH), None)
        if found is not None:
            yield FixtureEngine(site, fixture, scope, *found)


def _is_tied(project: Project, module: ModuleScope, site: Site) -> bool:
    """Whether its pool keeps connections of a driver that is known to be tied to its loop."""
    if not isinstance(site.term, Call) or not is_engine_builder(project, site.term, site) or not is_pooled(project, site):
        return False
    names = [url.drivername for url in engine_urls(project, module) if url.site.place == site.place]
    drivers = [driver_of(name, project.targets.sqlalchemy) if name is not None else None for name in names]
    return bool(drivers) and all(driver is not None and driver not in LOOPLESS for driver in drivers)


def _users(project: Project, fixture: FunctionScope, scope: str, depth: int) -> Iterator[tuple[FunctionScope, str]]:
    """Whoever uses it on a loop that ends before, also through fixtures that hand on what they make of it."""
    for user in users_of(project, fixture):
        loop = loop_scope(project, user)
        if disposes(user):
            continue
        if loop is not None and lives_longer(scope, loop):
            yield user, loop
        elif depth and user in fixtures_of(project, user.module):
            yield from _users(project, user, scope, depth - 1)
