"""Things that are built anew for one call: through which functions they come, and in which one they end."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from sessionlint.link.names.functions import return_values
from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Site, ValueBinding
from sessionlint.link.names.sites import sites
from sessionlint.link.project import Project
from sessionlint.link.question import remembered
from sessionlint.link.values import kinds
from sessionlint.model.facts import Call, Name, Term
from sessionlint.model.records import dataclass
from sessionlint.model.role import Role
from sessionlint.model.source import Place
from sessionlint.questions.references.call_graph import called_function
from sessionlint.questions.running.callers import Caller, Callers, is_remembered
from sessionlint.questions.sessions.holding import Use, holding_of


class Fresh:
    """Follows things of one kind from the call that builds them through the functions that return them.

    ``is_built_by`` says of a call that gives such a thing: True, it builds one to follow; False, one to leave alone; None,
    it builds none itself. ``name`` tells those apart that follow things of one kind.
    """

    def __init__(
        self, project: Project, name: str, kind: type[kinds.Kind], is_built_by: Callable[[Call, Site], bool | None]
    ) -> None:
        self._project = project
        self._name = name
        self.kind = kind
        self._is_built_by = is_built_by

    def built_by(self, site: Site) -> Site | None:
        """The building call behind a call that gives a new thing each time it runs, or None."""
        call = site.term
        if not isinstance(call, Call) or site.in_lambda or not isinstance(site.scope, FunctionScope):
            return None
        if not isinstance(self._project.kind(call, site.scope), self.kind):
            return None
        built = self._is_built_by(call, site)
        if built is not None:
            return site.scope.module.call_site(call) if built else None
        function = called_function(self._project, call, site)
        return self._returned(function) if function is not None else None

    def built_in(self, module: ModuleScope) -> Sequence[tuple[Site, Site, FunctionScope]]:
        """The calls in a module that give a new thing each time their function runs: what builds it, the call, the function."""
        return remembered(self._project, (self._name, module), (), lambda: tuple(self._find_built(module)))

    def _find_built(self, module: ModuleScope) -> Iterator[tuple[Site, Site, FunctionScope]]:
        for site in self._project.calls_giving(self.kind, within=module):
            built = self.built_by(site)
            if built is not None and isinstance(site.scope, FunctionScope):
                yield built, site, site.scope

    def _returned(self, function: FunctionScope) -> Site | None:
        return remembered(self._project, (self._name, function), None, self._find_returned, function)

    def _find_returned(self, function: FunctionScope) -> Site | None:
        if function.node.is_generator or is_remembered(function):
            return None
        inside = {site.term: site for site in sites(function)}
        found = None
        for value in return_values(function):
            source = inside.get(self._local_value(value, function))
            found = self.built_by(source) if source is not None else None
            if found is None:
                return None
        return found

    def _local_value(self, value: Term, function: FunctionScope) -> Term:
        """What a returned local is bound to, if that is all that ever happens to it."""
        if not isinstance(value, Name) or value.id in function.declared:
            return value
        bindings = function.bindings.get(value.id, [])
        if len(bindings) != 1 or not isinstance(only := bindings[0], ValueBinding) or only.value is None or only.path:
            return value
        mentions = holding_of(self._project).mentions(function, frozenset({value.id}))
        kept = any(where.use in (Use.STORED, Use.BOUND, Use.GIVEN_AWAY, Use.YIELDED) for _, where in mentions)
        return value if kept else only.value


@dataclass(frozen=True, slots=True, eq=False)
class PerCall:
    """``site`` is the call that builds; ``user`` the function in which the thing ends, ``use`` the place in it."""

    site: Site
    user: FunctionScope
    use: Site
    caller: Caller

    @property
    def place(self) -> Place:
        return self.site.place


def per_call(project: Project, fresh: Fresh, ends_here: Callable[[Site], bool], module: ModuleScope) -> Iterator[PerCall]:
    """What ends in a function of the module that runs per request, per task or per session, if it is of an application."""
    callers = Callers(project)
    for built, site, function in fresh.built_in(module) if project.role(module) is Role.APPLICATION else ():
        caller = callers.of(function) if ends_here(site) else None
        if caller is not None:
            yield PerCall(built, function, site, caller)


def each_once(some: Iterable[PerCall]) -> Sequence[PerCall]:
    """Of the things of one call that builds the one that is built most often, in source order."""
    found: dict[Site, PerCall] = {}
    for one in some:
        if _is_worse(one.caller, found.get(one.site)):
            found[one.site] = one
    return sorted(found.values(), key=lambda one: (one.place.path, one.place.span.start))


def _is_worse(caller: Caller, known: PerCall | None) -> bool:
    order = list(Caller)
    return known is None or order.index(caller) < order.index(known.caller)
