"""Engines that are built for one call, and what becomes of an engine in the function that gets it."""

from collections.abc import Iterator

from sessionlint.link import kinds, walk
from sessionlint.link.engines import is_engine_builder
from sessionlint.link.fresh import Fresh, PerCall, per_call
from sessionlint.link.holding import Use
from sessionlint.link.literals import literal_text
from sessionlint.link.project import Project
from sessionlint.link.scopes import Site
from sessionlint.link.sites import sites
from sessionlint.model.facts import Attribute, Call

_USES = frozenset({"connect", "begin", "raw_connection", "execute"})
# functions and methods that use the engine they are given and forget it
_BORROWERS = frozenset({"create_all", "drop_all", "reflect", "to_sql", "read_sql", "read_sql_query", "read_sql_table", "inspect"})


def per_call_engines(project: Project, module_paths: frozenset[str]) -> Iterator[PerCall]:
    """The engines that end in a function that runs per request, per task or per session, each once, in source order."""
    ends = EngineEnds(project)
    return per_call(project, module_paths, fresh_engines(project), ends.ends_here)


def fresh_engines(project: Project) -> Fresh:
    """Follows engines with a pool of their own from ``create_engine`` through the functions that return them."""
    ends = EngineEnds(project)

    def is_built_by(call: Call, site: Site) -> bool | None:
        if not is_engine_builder(project, call, site):
            return None
        return ends.has_pool_worth_keeping(call, site)

    return Fresh(project, kinds.Engine, is_built_by)


class EngineEnds:
    """What becomes of an engine in the function that gets it."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def has_pool_worth_keeping(self, call: Call, site: Site) -> bool:
        """An explicit pool class is a decision (NullPool, StaticPool), and an SQLite memory is as private as its engine."""
        if any(given.keyword == "poolclass" or given.star == "**" for given in call.args):
            return False
        url = walk.argument(call, 0, "url")
        text = literal_text(url, site.scope, self._project.evaluator) if url is not None else None
        return text is None or not (text.startswith("sqlite") and (text.endswith("://") or ":memory:" in text))

    def ends_here(self, site: Site) -> bool:
        """Whether the engine is used in the function that gets it, and neither disposed, kept nor handed on."""
        disposed = any(isinstance(other.term, Attribute) and other.term.attr == "dispose" for other in sites(site.scope))
        return not disposed and self._uses(site) is True

    def _uses(self, site: Site) -> bool | None:
        """True: taken for a query or a session; None: merely looked at; False: may live on, or is disposed."""
        where = self._project.holding.at(site)
        match where.use:
            case Use.USED | Use.CLOSED:
                outer = site.path[0] if site.path else None
                if isinstance(outer, Attribute):
                    return False if outer.attr == "dispose" else True if outer.attr in _USES else None
                return None
            case Use.BOUND if where.name is not None:
                return self._uses_of(where.name, site)
            case Use.GIVEN_AWAY:
                return self._borrowed(site)
            case _:
                return False

    def _uses_of(self, name: str, site: Site) -> bool | None:
        home = self._project.evaluator.home(name, site.scope)
        if home is not site.scope or len(home.bindings[name]) != 1:
            return False
        answers = [self._uses(mention) for mention, _ in self._project.holding.mentions(site.scope, frozenset({name}))]
        return False if False in answers else True if True in answers else None

    def _borrowed(self, site: Site) -> bool | None:
        """What a call does with the engine among its arguments: a session ends with the call, a factory is followed."""
        depth = next((index for index, outer in enumerate(site.path) if isinstance(outer, Call)), None)
        if depth is None:
            return False
        call = site.path[depth]
        assert isinstance(call, Call)
        around = Site(call, site.path[depth + 1 :], site.statement, site.block, site.scope)
        match self._project.kind(call, site.scope):
            case kinds.Session():
                return True
            case kinds.Factory():
                return factory_ends_here(self._project, around)
        return (walk.dotted(call.func) or "").rpartition(".")[2] in _BORROWERS


def factory_ends_here(project: Project, site: Site) -> bool:
    """Whether the function that gets a session factory opens its sessions and keeps no more than those."""
    where = project.holding.at(site)
    if where.use is Use.BOUND and where.name is not None:
        mentions = [mention for mention, _ in project.holding.mentions(site.scope, frozenset({where.name}))]
        return bool(mentions) and all(mention.scope is site.scope and _is_called(mention) for mention in mentions)
    return where.use is Use.USED and _is_called(site)


def _is_called(site: Site) -> bool:
    outer = site.path[0] if site.path else None
    if isinstance(outer, Attribute) and outer.attr == "begin":
        return True
    return isinstance(outer, Call) and outer.func is site.term
