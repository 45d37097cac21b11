"""Session factories and sessions on an engine of the other kind, and engines on a pool that refuses them or their options."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope, Scope, Site, ValueBinding
from sessionlint.link.names.sites import sites
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.link.values.known_names import QUEUE_POOL_ARGUMENTS
from sessionlint.model import walk
from sessionlint.model.facts import Assign, Attribute, Call, Mapping, Name, Term
from sessionlint.model.records import dataclass
from sessionlint.model.regex import regex
from sessionlint.model.source import Place
from sessionlint.questions.engines.engines import is_engine_builder
from sessionlint.questions.leaving.expected_errors import expects_error
from sessionlint.questions.references.literals import literal_text
from sessionlint.questions.sessions.makers import Maker, configurations, makers_of

# which options the constructor of a pool does not know (SQLAlchemy 2.0 and 2.1, create_engine with each of them)
_REFUSED = {
    "NullPool": QUEUE_POOL_ARGUMENTS,
    "StaticPool": QUEUE_POOL_ARGUMENTS,
    "AssertionPool": QUEUE_POOL_ARGUMENTS,
    "SingletonThreadPool": QUEUE_POOL_ARGUMENTS - {"pool_size"},
    "QueuePool": frozenset[str](),
    "AsyncAdaptedQueuePool": frozenset[str](),
}
_ONLY_SYNC = frozenset({"QueuePool", "SingletonThreadPool"})
_ONLY_ASYNC = frozenset({"AsyncAdaptedQueuePool"})
_MEMORY = regex(r"sqlite(\+pysqlite|\+aiosqlite)?://(/:memory:)?")


@dataclass(frozen=True, slots=True, eq=False)
class BindMismatch:
    """``maker`` makes sessions of one kind (``is_async``) and gets an engine of the other, built at ``engine``; or, instead of an
    engine, the session factory that is built there."""

    site: Site
    maker: Maker
    is_async: bool
    engine: Place
    gets_factory: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class PoolMismatch:
    """An engine whose ``pool`` refuses it altogether, or refuses ``option``; ``chosen``: the code names the pool itself."""

    site: Site
    pool: str
    is_async: bool
    option: str | None
    chosen: bool


def bind_mismatches(project: Project, module: ModuleScope) -> Iterator[BindMismatch]:
    """Every factory or session that ``module`` binds to an engine of the other kind, as it makes it or by ``configure``."""
    for maker in makers_of(project, module):
        for bind in _binds(maker.call, maker.bind):
            yield from _mismatch(project, maker, maker.site, bind)
    for factory, site, call in configurations(project, module):
        known = _maker_at(project, factory.origin) if factory.origin is not None else None
        if known is not None and walk.argument(call, None, "class_") is None:
            for bind in _binds(call, walk.argument(call, None, "bind")):
                yield from _mismatch(project, known, site, bind)


def _maker_at(project: Project, origin: Place) -> Maker | None:
    home = project.modules.get(origin.path)
    return next((maker for maker in makers_of(project, home) if maker.place == origin), None) if home is not None else None


def _binds(call: Call, bind: Term | None) -> Iterator[Term]:
    if bind is not None:
        yield bind
    match walk.argument(call, None, "binds"):
        case Mapping(items=items):
            yield from (value for _, value in items)


def _mismatch(project: Project, maker: Maker, site: Site, bind: Term) -> Iterator[BindMismatch]:
    """Only an engine that is seen to be built counts: an annotation alone may be wrong."""
    engine = project.kind(bind, site.scope)
    if maker.is_async is None or expects_error(site):
        return
    if isinstance(engine, kinds.Factory) and engine.origin is not None:
        yield BindMismatch(site, maker, maker.is_async, engine.origin, gets_factory=True)
    if isinstance(engine, kinds.Engine) and engine.origin is not None and engine.is_async is (not maker.is_async):
        yield BindMismatch(site, maker, maker.is_async, engine.origin)


def is_unused_factory(project: Project, maker: Maker) -> bool:
    """Whether ``maker`` builds the factory of a global name which nothing reads."""
    module, statement = maker.site.scope, maker.site.statement
    if not maker.is_factory or not isinstance(module, ModuleScope) or not isinstance(statement, Assign):
        return False
    names = {target.id for target in statement.targets if isinstance(target, Name)}
    if len(names) != len(statement.targets) or any(project.importers_of_name(module.path, name) for name in names):
        return False
    return not any(
        isinstance(site.term, Name) and site.term.id in names and site.term not in statement.targets
        for scope in module.scopes
        for site in sites(scope)
    )


def pool_mismatches(project: Project, module: ModuleScope) -> Iterator[PoolMismatch]:
    """Every engine of ``module`` that its pool refuses when it is built."""
    for site in project.calls_giving(kinds.Engine, within=module):
        call = site.term
        assert isinstance(call, Call)
        if not is_engine_builder(project, call, site) or expects_error(site):
            continue
        engine = project.kind(call, site.scope)
        assert isinstance(engine, kinds.Engine)
        pool = _pool(project, call, site.scope)
        if pool is None or engine.is_async is None:
            continue
        chosen = walk.argument(call, None, "poolclass") is not None
        if pool in (_ONLY_SYNC if engine.is_async else _ONLY_ASYNC):
            if chosen:
                yield PoolMismatch(site, pool, engine.is_async, None, chosen)
            continue
        option = next((given.keyword for given in call.args if given.keyword in _REFUSED[pool]), None)
        if option is not None:
            yield PoolMismatch(site, pool, engine.is_async, option, chosen)


def _pool(project: Project, call: Call, scope: Scope) -> str | None:
    """The name of the pool class that an engine gets, where the code tells."""
    chosen = walk.argument(call, None, "poolclass")
    if chosen is not None:
        return _pool_named(project, chosen, scope)
    url = walk.argument(call, 0, "url")
    text = literal_text(url, scope, project.evaluator) if url is not None else None
    if text is None or any(given.star for given in call.args) or walk.argument(call, None, "creator") is not None:
        return None
    memory = _MEMORY.fullmatch(text)
    return None if memory is None else "StaticPool" if memory[1] == "+aiosqlite" else "SingletonThreadPool"


def _pool_named(project: Project, chosen: Term, scope: Scope) -> str | None:
    """The pool that a plain name stands for; a name with several values, or a condition, stands for none."""
    if not isinstance(chosen, Name | Attribute):
        return None
    if isinstance(chosen, Name):
        home = project.evaluator.home(chosen.id, scope)
        bindings = home.bindings[chosen.id] if home is not None else []
        if len(bindings) != 1 or (isinstance(bindings[0], ValueBinding) and not isinstance(bindings[0].value, Name | Attribute)):
            return None
    match project.kind(chosen, scope):
        case kinds.External(name=dotted) if dotted.startswith("sqlalchemy."):
            name = dotted.rpartition(".")[2]
            return name if name in _REFUSED else None
        case _:
            return None
