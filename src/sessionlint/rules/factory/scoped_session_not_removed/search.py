"""Registries of sessions of which nothing in the project takes a session out again."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from sessionlint.link.names.scopes import FunctionScope, Site, enclosing_function
from sessionlint.link.names.sites import sites
from sessionlint.link.project import Project
from sessionlint.link.question import by_module
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


@by_module
def unremoved_registries(project: Project) -> Iterator[UnremovedRegistry]:
    """Every registry that the application uses and whose sessions nothing removes or closes, in order of files."""
    found = list(registries(project))
    if not found:
        return
    mentions = _Mentions(project)
    for registry in found:
        ended = registry.place in mentions.ended or _name(registry.site) in mentions.ended_names
        if not ended and (uses := mentions.used.get(registry.place)):
            yield UnremovedRegistry(registry, tuple(uses.values()), _job(project, mentions.users[registry.place]))


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


class _Mentions:
    """One look at every place of the project, its tests left out, that mentions a registry or one of its sessions."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self.ended: set[Place] = set()
        self.ended_names: set[str] = set()
        self.used: dict[Place, dict[str, Place]] = defaultdict(dict)
        self.users: dict[Place, dict[FunctionScope, None]] = defaultdict(dict)
        for module in project.modules.values():
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
                self.ended_names.add(name.rpartition(".")[2])
        elif isinstance(owner, kinds.Factory) and owner.scoped and owner.origin is not None and term.attr not in _NO_WORK:
            self._uses(owner.origin, site)

    def _call(self, call: Call, site: Site) -> None:
        callee = self._project.kind(call.func, site.scope)
        if isinstance(callee, kinds.Factory) and callee.scoped and callee.origin is not None:
            self._uses(callee.origin, site)
            if isinstance(site.statement, With) and any(item.context is call for item in site.statement.items):
                self.ended.add(callee.origin)  # the block closes the session
        elif not isinstance(callee, kinds.FunctionKind):
            for given in call.args:
                self._lends(given.value, site)

    def _lends(self, term: Term, site: Site) -> None:
        """Whoever gets the registry may empty it: ``zope.sqlalchemy.register(Session)``, a test's fixture."""
        kind = self._project.kind(term, site.scope)
        if isinstance(kind, kinds.Factory) and kind.scoped and kind.origin is not None:
            self.ended.add(kind.origin)

    def _ends(self, kind: kinds.Kind) -> None:
        if isinstance(kind, kinds.Factory | kinds.Session) and kind.scoped and kind.origin is not None:
            self.ended.add(kind.origin)

    def _uses(self, origin: Place, site: Site) -> None:
        module = site.scope.module
        if self._project.role(module) is Role.APPLICATION and site.scope is not module:
            self.used[origin].setdefault(module.path, site.place)
            if (function := enclosing_function(site.scope)) is not None:
                self.users[origin][function] = None
