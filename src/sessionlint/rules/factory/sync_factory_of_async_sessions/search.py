"""Session factories as they are built."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope, Site
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Call, Given
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place


@dataclass(frozen=True, slots=True, eq=False)
class SyncFactoryOfAsyncSessions:
    """``sessionmaker(..., class_=X)`` with an asynchronous X.

    ``callee`` is what is called, or what is passed to ``partial``; ``argument`` the ``class_=X`` itself; ``exact`` says
    that X is SQLAlchemy's own AsyncSession; ``defined`` is where a subclass of the project stands.
    """

    site: Site
    argument: Given
    written_class: str
    exact: bool
    defined: Place | None


def sync_factories_of_async_sessions(project: Project, module: ModuleScope) -> Iterator[SyncFactoryOfAsyncSessions]:
    for site in project.calls_of_external("sessionmaker", "functools.partial", within=module):
        call = site.term
        assert isinstance(call, Call)
        chosen = next((given for given in call.args if given.keyword == "class_"), None)
        if chosen is None or not _builds_sync_factory(project, call, site):
            continue
        cls = project.kind(chosen.term, site.scope)
        session = project.evaluator.session_type(cls)
        if session is not None and session.is_async:
            defined = Place(cls.cls.module.path, cls.cls.node.name_span) if isinstance(cls, kinds.ClassKind) else None
            written = walk.dotted(chosen.term) or session.name.rpartition(".")[2]
            exact = cls == kinds.SessionType(True, "sqlalchemy.ext.asyncio.AsyncSession")
            yield SyncFactoryOfAsyncSessions(site, chosen, written, exact, defined)


def _builds_sync_factory(project: Project, call: Call, site: Site) -> bool:
    callee = project.kind(call.func, site.scope)
    if callee == kinds.External("functools.partial") and call.args:
        callee = project.kind(call.args[0].term, site.scope)
    return callee == kinds.External("sessionmaker")
