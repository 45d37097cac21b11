"""SES107 sqlite-memory-pool: an in-memory SQLite database is shared with another thread, and its pool does not share it.

Why: SQLAlchemy gives each thread a connection of its own to ``sqlite://``, and each connection has a database of its own,
which is empty. ``TestClient`` runs the application in another thread than the test.

Fix safety: unsafe; ``poolclass=StaticPool`` gives all threads one connection and with it one transaction.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.names.sites import sites
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model.facts import Attribute, Call
from sessionlint.model.finding import Finding, Related
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.engines.urls import EngineUrl, engine_urls
from sessionlint.rules.engine.sqlite_memory_pool import RULE

_CLIENTS = frozenset({"fastapi.testclient.TestClient", "starlette.testclient.TestClient"})


@dataclass(frozen=True, slots=True, eq=False)
class MemoryEngine:
    """``url.site`` builds it; ``client`` is where the test client is made."""

    url: EngineUrl
    client: Place


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for engine in shared_memory_engines(project, module):
        from sessionlint.rules.engine.sqlite_memory_pool.fix import static_pool_fix

        yield RULE.finding(
            engine.url.site.place,
            "each thread gets an in-memory database of its own: the application in the TestClient finds no tables",
            related=(Related(engine.client, "the application runs in a thread of this client"),),
            help=_advice(engine),
            fix=static_pool_fix(project, engine.url.site),
        )


def _advice(engine: MemoryEngine) -> str:
    call = engine.url.site.term
    assert isinstance(call, Call)
    said = any(given.keyword == "connect_args" for given in call.args)
    return "add `poolclass=StaticPool" + ("`" if said else ', connect_args={"check_same_thread": False}`')


def shared_memory_engines(project: Project, module: ModuleScope) -> Iterator[MemoryEngine]:
    """Every synchronous in-memory SQLite engine without a pool class whose sessions are put into an application under test."""
    for url in engine_urls(project, module):
        if not _is_plain_memory(url) or _binds_connection(project, module):
            continue
        importers = (project.modules.get(path) for path in sorted(project.importers.of_module(module.path)))
        for other in (module, *(found for found in importers if found is not None)):
            client = _client(project, other)
            if client is not None and _overrides_dependencies(other):
                yield MemoryEngine(url, client)
                break


def _is_plain_memory(url: EngineUrl) -> bool:
    call = url.site.term
    assert isinstance(call, Call)
    configured = any(given.keyword in ("poolclass", "creator", "pool") or given.star for given in call.args)
    return url.is_async is False and url.is_memory and not configured


def _binds_connection(project: Project, module: ModuleScope) -> bool:
    """``Session(bind=connection)``: all of the test shares one connection, whatever the pool would give."""
    return any(
        isinstance(site.term, Call)
        and isinstance(project.kind(site.term, site.scope), kinds.Session | kinds.Factory)
        and any(isinstance(project.kind(given.term, site.scope), kinds.Connection) for given in site.term.args)
        for site in module.calls
    )


def _client(project: Project, module: ModuleScope) -> Place | None:
    for site in module.calls:
        callee = project.kind(site.term.func, site.scope) if isinstance(site.term, Call) else kinds.UNKNOWN
        if isinstance(callee, kinds.External) and callee.name in _CLIENTS:
            return site.place
    return None


def _overrides_dependencies(module: ModuleScope) -> bool:
    return any(
        isinstance(site.term, Attribute) and site.term.attr == "dependency_overrides"
        for scope in module.scopes
        for site in sites(scope)
    )
