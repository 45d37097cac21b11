"""Database URLs as they stand in the code: what is known of the text that an engine is built with.

Only the file of the engine is read: settings and configuration modules are filled from the environment, so the text that
stands in them says little about the URL of the running program.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope, Scope, Site, ValueBinding
from sessionlint.link.project import Project
from sessionlint.link.question import collected, postings
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import BoolOp, Call, Conditional, Constant, FString, Mapping, Name, Operation, Term
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place

HOLE = "\0"
"""Stands for a part of a URL that the code does not show: a user, a password, a host."""

_DEPTH = 6
_URL_METHODS = frozenset({"sqlalchemy.URL.create", "sqlalchemy.engine.URL.create", "sqlalchemy.engine.url.URL.create"})
_MAKE_URL = frozenset({"sqlalchemy.make_url", "sqlalchemy.engine.make_url", "sqlalchemy.engine.url.make_url"})
_ENVIRONMENT = frozenset({"os.getenv", "os.environ.get"})


@dataclass(frozen=True, slots=True, eq=False)
class EngineUrl:
    """One URL that the engine built at ``site`` may have; ``place`` is where its text stands, in the same file.

    ``drivername`` is ``dialect+driver`` or ``dialect``, in lower case, None when the code does not show it; ``options`` are
    the names in its query, ``query`` has them with their values, as a text says them. ``is_async`` says which kind of engine is
    built, None when a setting decides. ``is_memory``: SQLite without a file, each connection with a database of its own.
    """

    site: Site
    term: Term
    is_async: bool | None
    drivername: str | None
    options: tuple[str, ...]
    is_memory: bool = False
    query: tuple[tuple[str, str], ...] = ()

    @property
    def place(self) -> Place:
        return Place(self.site.scope.module.path, self.term.span)


@dataclass(frozen=True, slots=True)
class _Written:
    term: Term
    drivername: str | None
    options: tuple[str, ...]
    is_memory: bool = False
    query: tuple[tuple[str, str], ...] = ()


@collected
def engine_urls(project: Project, module: ModuleScope) -> Iterator[EngineUrl]:
    """The URLs of all engines that ``module`` builds, as far as they can be read off the code, in source order."""
    for site in project.calls_giving(kinds.Engine, within=module):
        call = site.term
        assert isinstance(call, Call)
        engine = project.kind(call, site.scope)
        if not isinstance(engine, kinds.Engine) or engine.origin != site.place or is_from_config(project, call, site.scope):
            continue
        url = walk.argument(call, 0, "url")
        for written in _written(project, url, site.scope, _DEPTH) if url is not None else ():
            found = (written.drivername, written.options, written.is_memory, written.query)
            yield EngineUrl(site, written.term, engine.is_async, *found)


def is_sqlite_file(project: Project, origin: Place | None) -> bool:
    """Whether the engine built at ``origin`` is one of an SQLite file, whatever the environment says."""
    home = project.modules.get(origin.path) if origin is not None else None
    urls = [url for url in engine_urls(project, home) if url.site.place == origin] if home is not None else []
    return bool(urls) and all(
        (url.drivername or "").partition("+")[0] == "sqlite" and not url.is_memory and _is_written_out(project, url)
        for url in urls
    )


def _is_written_out(project: Project, url: EngineUrl) -> bool:
    """Whether the text itself is what the engine gets, or the only value of the name that it gets."""
    assert isinstance(url.site.term, Call)
    given, scope = walk.argument(url.site.term, 0, "url"), url.site.scope
    for _ in range(_DEPTH):
        binding = only_value(project, given.id, scope) if isinstance(given, Name) else None
        if binding is None:
            break
        given, scope = binding.value, binding.scope
    return given is url.term


def drivernames(project: Project, term: Term, scope: Scope) -> Iterator[tuple[Place, str]]:
    """The drivers that the URLs name which ``term`` may be, each with the place of its text."""
    for written in _written(project, term, scope, _DEPTH):
        if written.drivername is not None:
            yield Place(scope.module.path, written.term.span), written.drivername


def is_from_config(project: Project, call: Call, scope: Scope) -> bool:
    """Whether ``engine_from_config`` or its kin is called, whose first argument is no URL."""
    callee = project.kind(call.func, scope)
    return isinstance(callee, kinds.External) and callee.name.endswith("_from_config")


def _written(project: Project, term: Term, scope: Scope, depth: int) -> Iterator[_Written]:
    """The URLs that ``term`` may be: a text, ``URL.create(...)``, the alternatives of a condition, an environment's default."""
    if depth == 0:
        return
    match term:
        case Constant(value=str()) | FString() | Operation(op="+"):
            yield _read(term, "".join(_text(project, term, scope, depth)))
        case Name(id=name):
            binding = only_value(project, name, scope)
            if binding is not None and binding.value is not None:
                yield from _written(project, binding.value, binding.scope, depth - 1)
        case Conditional(body=body, orelse=orelse):
            yield from _written(project, body, scope, depth - 1)
            yield from _written(project, orelse, scope, depth - 1)
        case BoolOp(op="or", values=values):
            for value in values:
                yield from _written(project, value, scope, depth - 1)
        case Call():
            yield from _called(project, term, scope, depth)
        case _:
            pass


def _called(project: Project, call: Call, scope: Scope, depth: int) -> Iterator[_Written]:
    callee = project.kind(call.func, scope)
    name = callee.name if isinstance(callee, kinds.External) else ""
    if name in _URL_METHODS:
        drivername = walk.argument(call, 0, "drivername")
        text = "".join(_text(project, drivername, scope, depth)) if drivername is not None else HOLE
        query = walk.argument(call, None, "query")
        keys = [key.value for key, _ in query.items if isinstance(key, Constant)] if isinstance(query, Mapping) else []
        yield _Written(call, _drivername(text), tuple(key for key in keys if isinstance(key, str)))
    elif name in _MAKE_URL or name in _ENVIRONMENT:
        inner = walk.argument(call, 0, "name_or_url") if name in _MAKE_URL else walk.argument(call, 1, "default")
        if inner is not None:
            yield from _written(project, inner, scope, depth - 1)


def _text(project: Project, term: Term, scope: Scope, depth: int) -> Iterator[str]:
    """The text of ``term`` in pieces, with a HOLE for what the code does not show."""
    match term:
        case Constant(value=str() as text):
            yield text
        case FString(parts=parts) | Operation(op="+", operands=parts):
            for part in parts:
                yield from _text(project, part, scope, depth)
        case Name(id=name) if depth:
            binding = only_value(project, name, scope)
            if binding is not None and binding.value is not None:
                yield from _text(project, binding.value, binding.scope, depth - 1)
            else:
                yield HOLE
        case _:
            yield HOLE


def only_value(project: Project, name: str, scope: Scope) -> ValueBinding | None:
    """The one assignment that gives ``name`` its value, as ``scope`` sees it."""
    home = project.evaluator.home(name, scope)
    bindings = home.bindings[name] if home is not None else []
    only = bindings[0] if len(bindings) == 1 else None
    return only if isinstance(only, ValueBinding) and not only.path else None


def _read(term: Term, text: str) -> _Written:
    scheme, found, rest = text.partition("://")
    database, _, query = rest.partition("?")
    options = _options(query) if query else []
    drivername = _drivername(scheme) if found else None
    is_sqlite = (drivername or "").partition("+")[0] == "sqlite"
    is_shared = any(name in ("uri", "cache", "mode") for name, _ in options)
    is_memory = is_sqlite and not is_shared and database in ("", "/", "/:memory:")
    return _Written(term, drivername, tuple(name for name, _ in options), is_memory, tuple(options))


def _options(query: str) -> list[tuple[str, str]]:
    from urllib.parse import parse_qsl

    return parse_qsl(query, keep_blank_values=True)


def _drivername(text: str) -> str | None:
    return text.lower() if text and HOLE not in text else None


def is_wrapped_by_async_engine(project: Project, engine: Place) -> bool:
    """Whether ``AsyncEngine(...)`` makes the engine asynchronous that is built there: ``AsyncEngine(create_engine(url))``."""
    return engine in _wrapped_by_async_engine(project, engine.path)


@postings
def _wrapped_by_async_engine(project: Project, module: ModuleScope) -> Iterator[tuple[str, Place]]:
    for site in project.calls_of_external("AsyncEngine", within=module):
        call = site.term
        assert isinstance(call, Call)
        given = walk.argument(call, 0, "sync_engine")
        engine = project.kind(given, site.scope) if given is not None else kinds.UNKNOWN
        if isinstance(engine, kinds.Engine) and engine.origin is not None:
            yield engine.origin.path, engine.origin
