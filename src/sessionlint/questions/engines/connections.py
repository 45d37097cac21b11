"""Connections that the project takes from an engine: how each ends, what is written through it, and what is no connection."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope, Site
from sessionlint.link.project import Project
from sessionlint.link.question import collected
from sessionlint.link.values import kinds
from sessionlint.link.values.known_names import CONTEXT_METHODS
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Await, Call
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.sessions.holding import Use, holding_of
from sessionlint.questions.sessions.lives import Ending, Life, life_of

_OPENING = frozenset({"connect", "raw_connection"})


@dataclass(frozen=True, slots=True, eq=False)
class ConnectionLife:
    """``engine.connect()`` at ``opening``, followed as a session is: the same calls close both.

    ``engine`` is the kind of what it was taken from, ``method`` the method that was called.
    """

    opening: Site
    engine: kinds.Engine
    method: str
    life: Life

    @property
    def place(self) -> Place:
        return self.opening.place

    @property
    def ending(self) -> Ending:
        return self.life.ending

    @property
    def recipe(self) -> str:
        """How the connection ought to be taken, for a message: ``with engine.connect() as connection:``."""
        call = self.opening.term
        called = walk.dotted(call.func) if isinstance(call, Call) else None
        if self.method == "raw_connection":
            return f"with closing({called or 'engine.raw_connection'}()) as {self.life.name or 'connection'}:"
        keyword = "async with" if self.engine.is_async else "with"
        return f"{keyword} {called or 'engine.connect'}() as {self.life.name or 'connection'}:"


def connections(project: Project, module: ModuleScope) -> Iterator[ConnectionLife]:
    """Every connection that ``module`` takes from an engine, in source order."""
    for site, method in _engine_calls(project, module):
        if method.name in _OPENING:
            assert isinstance(method.owner, kinds.Engine)
            opening = _configured(site)
            stand_in = kinds.Session(bool(method.owner.is_async), origin=method.owner.origin)
            yield ConnectionLife(opening, method.owner, method.name, life_of(project, opening, stand_in))


@collected
def _engine_calls(project: Project, module: ModuleScope) -> Iterator[tuple[Site, kinds.Method]]:
    for site in project.calls_of(kinds.Method, within=module):
        if (method := engine_method(project, site)) is not None:
            yield site, method


def engine_method(project: Project, site: Site) -> kinds.Method | None:
    """The method of an engine that a call runs."""
    assert isinstance(site.term, Call)
    callee = project.kind(site.term.func, site.scope)
    return callee if isinstance(callee, kinds.Method) and isinstance(callee.owner, kinds.Engine) else None


def _configured(site: Site) -> Site:
    """``engine.connect().execution_options(...)`` gives the connection itself: the whole of it is the opening."""
    path = site.path
    start = 1 if path and isinstance(path[0], Await) else 0
    match path[start : start + 2]:
        case (Attribute(attr="execution_options"), Call() as configured):
            return Site(configured, path[start + 2 :], site.statement, site.block, site.scope)
        case _:
            return site


@dataclass(frozen=True, slots=True, eq=False)
class UnenteredBegin:
    """``engine.begin()`` used as if it were a connection, at ``use``; ``name`` holds it, if anything does."""

    site: Site
    use: Place
    attribute: str
    name: str | None
    is_async: bool


def unentered_begins(project: Project, module: ModuleScope) -> Iterator[UnenteredBegin]:
    """Every ``engine.begin()`` of ``module`` that is used without having been entered."""
    for site, method in _engine_calls(project, module):
        if method.name != "begin":
            continue
        assert isinstance(method.owner, kinds.Engine)
        use = _connection_use(project, site)
        if use is not None:
            name = holding_of(project).at(site).name
            yield UnenteredBegin(site, Place(module.path, use.span), use.attr, name, bool(method.owner.is_async))


def _connection_use(project: Project, site: Site) -> Attribute | None:
    """The first attribute that is read from the result of ``begin()`` itself, if nothing else can have entered it."""
    where = holding_of(project).at(site)
    if where.use is Use.USED:
        return _attribute_of(site)
    if where.use is not Use.BOUND or where.name is None or len(_bindings(project, site, where.name)) != 1:
        return None
    mentions = list(holding_of(project).mentions(site.scope, frozenset({where.name})))
    if any(found.use not in (Use.USED, Use.CLOSED) for _, found in mentions):
        return None
    uses = [_attribute_of(mention) for mention, _ in mentions]
    if any(use is None for use in uses):
        return None
    return next((use for use in uses if use is not None), None)


def _bindings(project: Project, site: Site, name: str) -> list[object]:
    home = project.evaluator.home(name, site.scope)
    return list(home.bindings[name]) if home is not None else []


def _attribute_of(site: Site) -> Attribute | None:
    path = site.path[1:] if site.path and isinstance(site.path[0], Await) else site.path
    outer = path[0] if path else None
    return outer if isinstance(outer, Attribute) and outer.attr not in CONTEXT_METHODS else None
