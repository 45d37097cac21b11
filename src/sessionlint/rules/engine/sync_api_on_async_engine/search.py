"""Asynchronous engines and connections that are handed to what works with synchronous ones only."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import EnteredBinding, ModuleScope, Scope, Site, ValueBinding
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Call, Name, Term
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.leaving.expected_errors import expects_error
from sessionlint.questions.references.definitions import written_for
from sessionlint.questions.sessions.mocks import is_mock
from sessionlint.questions.sessions.session_methods import is_shadowed, run_sync_functions

LISTENING = frozenset({"listen", "listens_for"})
# where the engine stands among the arguments: position, keyword
_SCHEMA = {
    "create_all": (0, "bind"),
    "drop_all": (0, "bind"),
    "reflect": (0, "bind"),
    "create": (0, "bind"),
    "drop": (0, "bind"),
    "prepare": (None, "autoload_with"),
}
_PANDAS = {"read_sql": (1, "con"), "read_sql_query": (1, "con"), "read_sql_table": (1, "con")}
_FUNCTIONS = {
    "sqlalchemy.inspect": (0, "subject"),
    "sqlalchemy.inspection.inspect": (0, "subject"),
    "sqlalchemy.Table": (None, "autoload_with"),
    "sqlalchemy.schema.Table": (None, "autoload_with"),
    "sqlalchemy.event.listen": (0, "target"),
    "sqlalchemy.event.listens_for": (0, "target"),
    **{f"pandas.{name}": where for name, where in _PANDAS.items()},
    "alembic.migration.MigrationContext.configure": (0, "connection"),
    "alembic.runtime.migration.MigrationContext.configure": (0, "connection"),
    "alembic.context.configure": (0, "connection"),
}
_OF_TABLES = frozenset(_SCHEMA) - {"prepare"}
_METHODS = {**_SCHEMA, "to_sql": (1, "con")}
_FAILING = {
    **dict.fromkeys(_SCHEMA, "AttributeError"),
    **dict.fromkeys(("inspect",), "NoInspectionAvailable"),
    **dict.fromkeys(("Table", "reflect", "prepare"), "NoInspectionAvailable"),
    **dict.fromkeys(LISTENING, "NotImplementedError"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Misgiven:
    """``call`` gets the asynchronous engine or connection ``given``, which is built at ``origin`` as far as that is known;
    ``error`` is what it raises."""

    site: Site
    call: Call
    function: str
    given: Term
    kind: kinds.Engine | kinds.Connection
    error: str

    @property
    def noun(self) -> str:
        return "engine" if isinstance(self.kind, kinds.Engine) else "connection"

    @property
    def origin(self) -> Place | None:
        return self.kind.origin if isinstance(self.kind, kinds.Engine) else None


def misgiven(project: Project, module: ModuleScope) -> Iterator[Misgiven]:
    """Every such call of a module, in its order."""
    by_name, called_sync = module.calls_named((*_METHODS,)), run_sync_functions(project, module)
    for site in project.in_order(project.calls_of_external(*_FUNCTIONS, within=module), by_name):
        call = site.term
        if not isinstance(call, Call) or site.in_lambda or site.scope in called_sync or expects_error(site):
            continue
        where = _where(project, call, site.scope)
        given = walk.argument(call, *where) if where is not None else None
        kind = _asynchronous(project, given, site) if given is not None else None
        if given is not None and kind is not None:
            function = (walk.dotted(call.func) or "?").rpartition(".")[2]
            yield Misgiven(site, call, function, given, kind, _FAILING.get(function, ""))


def _where(project: Project, call: Call, scope: Scope) -> tuple[int | None, str] | None:
    callee = project.kind(call.func, scope)
    if isinstance(callee, kinds.External) and callee.name in _FUNCTIONS:
        return _FUNCTIONS[callee.name]
    if not isinstance(callee, kinds.External | kinds.Unknown) or not isinstance(call.func, Attribute):
        return None
    method, owner = call.func.attr, call.func.value
    return _METHODS.get(method) if method not in _OF_TABLES or _is_of_tables(project, owner, scope) else None


def _is_of_tables(project: Project, owner: Term, scope: Scope) -> bool:
    """``Base.metadata``, ``User.__table__``, ``users = Table(...)``: others have methods of these names, too."""
    last = (walk.dotted(owner) or "").rpartition(".")[2].lower()
    made = written_for(project, owner, scope)
    built = project.kind(made[0].func, made[1]) if made is not None and isinstance(made[0], Call) else None
    is_built = isinstance(built, kinds.External) and built.name.startswith("sqlalchemy.")
    return is_built or last in ("metadata", "meta", "__table__")


def _asynchronous(project: Project, given: Term, site: Site) -> kinds.Engine | kinds.Connection | None:
    """The kind of an argument that is surely asynchronous: an engine that is seen to be built, a connection that is taken from
    one. An annotation alone may be wrong."""
    if is_shadowed(given, site) or is_mock(project, walk.dotted(given) or "", site.scope):
        return None
    match project.kind(given, site.scope):
        case kinds.Engine(is_async=True, origin=Place()) as engine:
            return engine
        case kinds.Connection(is_async=True) as connection if _is_taken(project, given, site.scope):
            return connection
        case _:
            return None


def _is_taken(project: Project, given: Term, scope: Scope) -> bool:
    home = project.evaluator.home(given.id, scope) if isinstance(given, Name) else None
    bindings = home.bindings[given.id] if home is not None and isinstance(given, Name) else []
    return bool(bindings) and all(isinstance(binding, EnteredBinding | ValueBinding) for binding in bindings)
