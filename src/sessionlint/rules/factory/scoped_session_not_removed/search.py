"""Registries of sessions of which nothing in the project takes a session out again."""

from collections.abc import Iterable, Iterator

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Site, enclosing_function
from sessionlint.link.names.sites import sites
from sessionlint.link.project import Project
from sessionlint.link.question import collected, gathered, postings, question
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Assign, Attribute, Call, Name, Term, With
from sessionlint.model.records import dataclass
from sessionlint.model.role import Role
from sessionlint.model.source import Place
from sessionlint.questions.references.call_graph import calls_to
from sessionlint.questions.running.jobs import is_job
from sessionlint.questions.running.registries import Registry, registries

# what ends a session of the registry, or gives the registry to somebody who may
_ENDS = frozenset({"remove", "close", "aclose", "close_all", "registry"})
_CALLS_DEEP = 4
# what says something about the registry without a session
_NO_WORK = frozenset({*_ENDS, "configure", "query_property", "session_factory"})


@dataclass(frozen=True, slots=True, eq=False)
class UnremovedRegistry:
    """``uses`` are places of the application that ask ``registry`` for its session, one for each file. ``job`` is a function
    that uses it, itself or through others, in a thread or a process that goes on with the next job."""

    registry: Registry
    uses: tuple[Place, ...]
    job: FunctionScope | None

    @property
    def place(self) -> Place:
        return self.registry.place


@collected
def unremoved_registries(project: Project, module: ModuleScope) -> Iterator[UnremovedRegistry]:
    """Every registry of a module that the application uses and whose sessions nothing removes or closes."""
    for registry in registries(project, module):
        mentions = [one for one in _mentions(project, module.path) if one.registry == registry.place]
        uses = {one.use.path: one.use for one in reversed(mentions) if one.use is not None}
        ended = any(one.use is None for one in mentions) or _name(registry.site) in _ended_names(project)
        if uses and not ended:
            users = dict.fromkeys(one.user for one in mentions if one.user is not None)
            yield UnremovedRegistry(registry, tuple(uses[path] for path in sorted(uses)), _job(project, users))


def _job(project: Project, users: Iterable[FunctionScope]) -> FunctionScope | None:
    """The first job among the functions that use a registry, or that call one of them."""
    level, seen = list(users), set(users)
    for _ in range(_CALLS_DEEP):
        if (job := next((function for function in level if is_job(project, function)), None)) is not None:
            return job
        calling = (enclosing_function(site.scope) for function in level for site in calls_to(project, function))
        level = [other for other in dict.fromkeys(calling) if other is not None and other not in seen]
        seen.update(level)
    return None


def _name(site: Site) -> str | None:
    """The last part of the name that the registry is bound to."""
    target = walk.dotted(site.statement.targets[0]) if isinstance(site.statement, Assign) else None
    return target.rpartition(".")[2] if target is not None else None


@dataclass(frozen=True, slots=True)
class _Mention:
    """A place mentions the registry built at ``registry``, or its session: uses that at ``use``, in ``user``, or ends it."""

    registry: Place
    use: Place | None = None
    user: FunctionScope | None = None


@postings
def _mentions(project: Project, module: ModuleScope) -> Iterator[tuple[str, _Mention]]:
    return ((one.registry.path, one) for one in _looked_at(project, module).mentions)


@gathered
def _ended_names(project: Project, module: ModuleScope) -> Iterable[str]:
    """The names under which something is ended of which nothing is known."""
    return _looked_at(project, module).ended_names


@question(None)
def _looked_at(project: Project, module: ModuleScope) -> "_Look":
    return _Look(project, module)


class _Look:
    """One look at every place of a module, of no tests, that mentions a registry or one of its sessions."""

    def __init__(self, project: Project, module: ModuleScope) -> None:
        self._project = project
        self.mentions: dict[_Mention, None] = {}
        self.ended_names: dict[str, None] = {}
        if project.role(module) is not Role.TEST:
            for site in (site for scope in module.scopes for site in sites(scope)):
                self._look(site)

    def _look(self, site: Site) -> None:
        term = site.term
        if isinstance(term, Attribute):
            self._attribute(term, site)
        elif isinstance(term, Call):
            self._call(term, site)
        elif isinstance(term, Name) and isinstance(site.statement, With) and not site.path:
            self._ends(self._project.kind(term, site.scope))

    def _attribute(self, term: Attribute, site: Site) -> None:
        owner = self._project.kind(term.value, site.scope)
        if term.attr in _ENDS:
            self._ends(owner)
            if owner == kinds.UNKNOWN and (name := walk.dotted(term.value)) is not None:
                self.ended_names[name.rpartition(".")[2]] = None
        elif isinstance(owner, kinds.Factory) and owner.scoped and owner.origin is not None and term.attr not in _NO_WORK:
            self._uses(owner.origin, site)

    def _call(self, call: Call, site: Site) -> None:
        callee = self._project.kind(call.func, site.scope)
        if isinstance(callee, kinds.Factory) and callee.scoped and callee.origin is not None:
            self._uses(callee.origin, site)
            if isinstance(site.statement, With) and any(item.context is call for item in site.statement.items):
                self._end(callee.origin)  # the block closes the session
        elif not isinstance(callee, kinds.FunctionKind):
            for given in call.args:
                self._lends(given.term, site)

    def _lends(self, term: Term, site: Site) -> None:
        """Whoever gets the registry may empty it: ``zope.sqlalchemy.register(Session)``, a test's fixture."""
        kind = self._project.kind(term, site.scope)
        if isinstance(kind, kinds.Factory) and kind.scoped and kind.origin is not None:
            self._end(kind.origin)

    def _ends(self, kind: kinds.Kind) -> None:
        if isinstance(kind, kinds.Factory | kinds.Session) and kind.scoped and kind.origin is not None:
            self._end(kind.origin)

    def _end(self, registry: Place) -> None:
        self.mentions[_Mention(registry)] = None

    def _uses(self, origin: Place, site: Site) -> None:
        module = site.scope.module
        if self._project.role(module) is Role.APPLICATION and site.scope is not module:
            self.mentions[_Mention(origin, site.place, enclosing_function(site.scope))] = None
