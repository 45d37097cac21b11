"""Asynchronous sessions whose objects expire when they commit."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Site
from sessionlint.link.names.sites import sites
from sessionlint.link.project import Project
from sessionlint.link.question import gathered, postings
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Assign, Attribute, Await, Call, Name, Statement, With
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.objects.expiry import EXPIRE_ON_COMMIT, configured, set_on_sessions
from sessionlint.questions.sessions.escape import carries, derived_names, escapes
from sessionlint.questions.sessions.makers import Maker, is_subclass_with_init, makers_of
from sessionlint.rules.factory.async_expire_on_commit.handing_on import is_left_to_others, local_names
from sessionlint.rules.factory.async_expire_on_commit.reading import may_commit, may_have_objects


@dataclass(frozen=True, slots=True, eq=False)
class ExpiringSessions:
    """``commit`` is a place where one of the maker's sessions commits, where that is known for sure.

    ``by_others``: what is done with the sessions, or what comes of them, only functions tell that they are handed to.
    """

    maker: Maker
    commit: Place | None
    by_others: bool


def expiring_async_sessions(project: Project, module: ModuleScope) -> Iterator[ExpiringSessions]:
    """Every maker of asynchronous sessions in ``module`` that leaves ``expire_on_commit`` as it is, and of which a session may
    commit."""
    for maker in makers_of(project, module):
        if not maker.is_async or maker.partial or maker.has_stars or is_subclass_with_init(project, maker.session_class):
            continue
        if maker.is_factory and isinstance(maker.site.statement, With) and not maker.site.path:
            continue  # entered itself, it opens no session
        with_option, commits = configured(project) | frozenset(set_on_sessions(project)), _commits(project)
        if any(given.keyword == EXPIRE_ON_COMMIT for given in maker.call.args) or maker.place in with_option:
            continue
        if _is_overridden(project, maker.place):
            continue
        if _is_given_elsewhere(project, maker):
            continue
        certain = next((place for origin, place in commits if origin == maker.place), None)
        ours = any(origin in (None, maker.place) for origin, _ in commits)
        if ours and None not in with_option and (maker.is_factory or _outlives_commit(project, maker, certain)):
            yield ExpiringSessions(maker, certain, is_left_to_others(project, maker))


def _outlives_commit(project: Project, maker: Maker, commit: Place | None) -> bool:
    """Whether something read through a session that one function opens is there after its commit.

    What a factory's sessions are used for cannot be told; what becomes of this one, its function shows.
    """
    function = maker.site.scope
    names = local_names(maker)
    if not isinstance(function, FunctionScope) or not names:
        return True
    if not may_commit(project, function, names) or not may_have_objects(project, function, names):
        return False
    elsewhere = _elsewhere(maker, function)
    if escapes(function, names, elsewhere):
        return True
    derived = derived_names(function, names) - names
    behind = (site for site in sites(function) if commit is not None and site.term.span.start > commit.span.end)
    return any(not site.path and site.statement not in elsewhere and carries(site.term, derived) for site in behind)


def _elsewhere(maker: Maker, function: FunctionScope) -> frozenset[Statement]:
    """What does not speak of the session that a ``with`` names: another one goes by that name before it or behind it."""
    block = maker.site.statement
    others = sum(isinstance(one, With) and _binds_one_of(one, local_names(maker)) for one in walk.statements(function.body))
    if not isinstance(block, With) or others < 2:
        return frozenset()
    return frozenset(one for one in walk.statements(function.body) if not block.span.contains(one.span))


def _binds_one_of(block: With, names: frozenset[str]) -> bool:
    return any(isinstance(item.target, Name) and item.target.id in names for item in block.items)


def _is_overridden(project: Project, factory: Place) -> bool:
    """Whether the factory is called, and with the option wherever a session may commit."""
    given = [is_told for origin, is_told in _openings(project, factory.path) if origin == factory]
    return bool(given) and all(given)


@postings
def _openings(project: Project, module: ModuleScope) -> Iterator[tuple[str, tuple[Place, bool]]]:
    """The factories that the module calls, each with whether it gives the option or the session only reads."""
    for site in project.calls_of(kinds.Factory, within=module):
        call = site.term
        factory = project.kind(call.func, site.scope) if isinstance(call, Call) else kinds.UNKNOWN
        if isinstance(call, Call) and isinstance(factory, kinds.Factory) and factory.origin is not None:
            told = any(argument.keyword == EXPIRE_ON_COMMIT or argument.star == "**" for argument in call.args)
            yield factory.origin.path, (factory.origin, told or _only_reads(project, site))


def _is_given_elsewhere(project: Project, maker: Maker) -> bool:
    """Whether a factory is kept as an attribute, and some call by that attribute's name gives the option: they know of it."""
    statement = maker.site.statement
    targets = statement.targets if isinstance(statement, Assign) and statement.value is maker.call else ()
    names = [target.attr for target in targets if isinstance(target, Attribute)]
    return any(_giving_the_option(project, name) for name in names)


@gathered
def _giving_the_option(project: Project, module: ModuleScope, name: str) -> Iterator[str]:
    """The modules that give it to what they call as an attribute of that name."""
    calls = [site.term for site in module.calls_named((name,)) if isinstance(site.term, Call)]
    attributes = [call for call in calls if isinstance(call.func, Attribute)]
    if any(given.keyword == EXPIRE_ON_COMMIT for call in attributes for given in call.args):
        yield module.path


def _only_reads(project: Project, opening: Site) -> bool:
    """Whether the session of one call is read from at most, by the function that names it in a ``with``."""
    if not isinstance(opening.scope, FunctionScope) or not isinstance(opening.statement, With) or opening.path:
        return False
    targets = [item.target for item in opening.statement.items if item.context is opening.term]
    names = frozenset(target.id for target in targets if isinstance(target, Name))
    return bool(names) and not may_commit(project, opening.scope, names)


@gathered
def _commits(project: Project, module: ModuleScope) -> Iterator[tuple[Place | None, Place]]:
    """Every place where an asynchronous session commits, with what made the session (None: it cannot be told)."""
    for site in module.calls_named(("commit", "begin")):
        call = site.term
        assert isinstance(call, Call)
        if not isinstance(call.func, Attribute):
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
