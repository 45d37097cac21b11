"""Session providers of dependency-injector: who gets the sessions that ``providers.Factory`` makes, and who closes them."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ClassScope, ModuleScope, Site
from sessionlint.link.project import Project
from sessionlint.link.question import gathered
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Assign, Attribute, Call, Name, Subscript
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.sessions.holding import Use, holding_of
from sessionlint.questions.sessions.session_sources import opens_session

_PROVIDERS = "dependency_injector.providers."


@dataclass(frozen=True, slots=True, eq=False)
class InjectedSession:
    """``name = providers.Factory(SessionLocal)`` of a container."""

    site: Site
    name: str
    session: kinds.Session

    @property
    def place(self) -> Place:
        return self.site.place


def unclosed_injected_sessions(project: Project, module: ModuleScope) -> Iterator[InjectedSession]:
    """Every provider in ``module`` that gives out fresh sessions which nobody closes, as far as the project shows."""
    for site in project.calls_of_package(_PROVIDERS, within=module):
        call = site.term
        assert isinstance(call, Call)
        if not call.args or _provider(project, site) != "Factory" or not isinstance(site.statement, Assign):
            continue
        name = walk.dotted(site.statement.targets[0])
        session = opens_session(project, call.args[0].term, site.scope)
        if session is None or name is None or site.path or not isinstance(site.scope, ClassScope):
            continue
        if not _may_be_closed(project, name):
            yield InjectedSession(site, name, session)


def _provider(project: Project, site: Site) -> str:
    assert isinstance(site.term, Call)
    callee = project.kind(site.term.func, site.scope)
    known = isinstance(callee, kinds.External) and callee.name.startswith(_PROVIDERS)
    return callee.name.removeprefix(_PROVIDERS) if known and isinstance(callee, kinds.External) else ""


def _may_be_closed(project: Project, name: str) -> bool:
    return bool(_taking_over(project, name))


@gathered
def _taking_over(project: Project, module: ModuleScope, name: str) -> Iterator[str]:
    """The modules that may close what a provider of that name gives out."""
    if not project.mentions(module, name):
        return
    if any(_takes_over(project, site, name) for site in module.calls) or _is_closed_where_injected(project, module, name):
        yield module.path


def _takes_over(project: Project, site: Site, name: str) -> bool:
    """``Container.session()``, an object that is given the session, or the provider itself (``session.provider``)."""
    call = site.term
    assert isinstance(call, Call)
    if (walk.dotted(call.func) or "").rpartition(".")[2] == name:
        where = holding_of(project).at(site)
        if where.use is not Use.BOUND or where.name is None:
            return where.use is not Use.USED
        return any(found.use is not Use.USED for _, found in holding_of(project).mentions(site.scope, frozenset({where.name})))
    for given in call.args:
        dotted = walk.dotted(given.term) or ""
        if dotted.endswith((f"{name}.provider", f"{name}.delegate", f"{name}.provided")):
            return True
        if dotted.rpartition(".")[2] == name and _provider(project, site):
            made = project.kind(call.args[0].term, site.scope)
            if not isinstance(made, kinds.ClassKind) or holding_of(project).closes_attribute(made.cls):
                return True
    return False


def _is_closed_where_injected(project: Project, module: ModuleScope, name: str) -> bool:
    """A parameter with the default ``Provide[Container.session]`` that its function closes, keeps or passes on."""
    for function in module.functions:
        for param in function.node.params:
            if param.default is None:
                continue
            for term, _ in walk.descend(param.default):
                named = isinstance(term, Subscript) and any(_ends_with(item, name) for item in term.items)
                if named and holding_of(project).parameter(function, param.name) is not Use.USED:
                    return True
    return False


def _ends_with(term: object, name: str) -> bool:
    return isinstance(term, Name | Attribute) and (walk.dotted(term) or "").rpartition(".")[2] == name
