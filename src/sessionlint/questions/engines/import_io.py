"""What asks a database while a module is imported."""

from collections.abc import Iterator

from sessionlint.flow.paths import catches_everything
from sessionlint.link.names.import_time import calls_at_import
from sessionlint.link.names.scopes import EnteredBinding, FunctionScope, ModuleScope, Site, ValueBinding
from sessionlint.link.project import Project
from sessionlint.link.question import collected, question, remembered
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Await, Call, Handler, Name, Raise, Term
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.engines.engines import APP_FACTORIES
from sessionlint.questions.references.call_graph import called_function

_DEPTH = 4
_SCHEMA = frozenset({"create_all", "drop_all", "reflect"})
_CONNECTING = frozenset({"connect", "begin", "raw_connection"})
_QUERYING = frozenset({"execute", "scalar", "scalars", "stream", "exec", "get", "commit", "flush", "merge", "refresh"})
_FETCHING = ("all", "first", "one", "one_or_none", "scalar", "count", "delete", "update")
QUERIES = "queries the database"
_FUNCTIONS = {
    "sqlalchemy.inspect": "inspects the database",
    "sqlalchemy_utils.create_database": "creates the database",
    "sqlalchemy_utils.database_exists": "asks whether the database exists",
    "sqlalchemy_utils.drop_database": "drops the database",
    "sqlalchemy_utils.functions.create_database": "creates the database",
    "sqlalchemy_utils.functions.database_exists": "asks whether the database exists",
    "sqlalchemy_utils.functions.drop_database": "drops the database",
}
_RUNNERS = frozenset({"asyncio.run", "anyio.run", "anyio.from_thread.run", "trio.run", "uvloop.run"})


@dataclass(frozen=True, slots=True, eq=False)
class ImportIo:
    """A call that asks the database at import. ``does`` says what it does ("creates the tables"); ``inside`` is where, when
    that stands in ``function``, which the call runs. ``engine`` is where the engine was built that is asked, if that is seen."""

    site: Site
    does: str
    inside: Place | None = None
    function: FunctionScope | None = None
    engine: Place | None = None


@dataclass(frozen=True, slots=True)
class _Io:
    place: Place
    does: str
    engine: Place | None


def io_at_import(project: Project, module: ModuleScope) -> Iterator[ImportIo]:
    """The calls that ask a database while ``module`` is imported; of several that do the same, the first."""
    search = DatabaseSearch(project)
    seen: set[str] = set()
    asking = _asking(project, module)
    for site in calls_at_import(module):
        if not isinstance(site.term, Call) or site.term not in asking:
            continue
        does = search.direct(site.term, site)
        if does is not None:
            found = ImportIo(site, does, engine=search.engine_asked(site.term, site))
        elif (function := search.function_run_by(site.term, site)) is not None and (io := search.inside(function)) is not None:
            found = ImportIo(site, io.does, io.place, function, io.engine)
        else:
            continue
        if found.does not in seen:
            seen.add(found.does)
            yield found


@collected
def database_calls(project: Project, module: ModuleScope) -> Iterator[Site]:
    """Every call that may ask a database itself, or run what does."""
    yield from project.calls_of(kinds.Method, within=module)
    yield from project.calls_of_external(*_FUNCTIONS, *_RUNNERS, within=module)
    yield from module.calls_named(("run_until_complete", *_SCHEMA))
    yield from _reflecting(project, module)


@question(frozenset[Term]())
def _asking(project: Project, module: ModuleScope) -> frozenset[Term]:
    """Those calls, those that fetch what a query gives, and those that run a function of the project."""
    running = project.calls_of(kinds.FunctionKind, kinds.ClassKind, within=module)
    return frozenset(site.term for site in (*database_calls(project, module), *module.calls_named(_FETCHING), *running))


def _reflecting(project: Project, module: ModuleScope) -> Iterator[Site]:
    for site in module.calls if project.mentions(module, "autoload_with") else ():
        if isinstance(site.term, Call) and any(given.keyword == "autoload_with" for given in site.term.args):
            yield site


class DatabaseSearch:
    """Looks into the functions of the project. What is too far from one place is not from another, so answers hold for how far
    the search may still go.

    A query through a session counts where it stands, and in the function that opens the session: to another one, it is given.
    """

    def __init__(self, project: Project) -> None:
        self._project = project

    def direct(self, call: Call, site: Site) -> str | None:
        """What ``call`` itself asks of a database, or None."""
        callee = self._project.kind(call.func, site.scope)
        match callee:
            case kinds.Method(owner=kinds.Engine(), name=name) if name in _CONNECTING:
                return "connects to the database"
            case kinds.Method(owner=kinds.Session() | kinds.Factory(scoped=True), name=name) if name in _QUERYING:
                return QUERIES
            case kinds.External(name=name) if name in _FUNCTIONS:
                return _FUNCTIONS[name] if name != "sqlalchemy.inspect" or self._is_given_database(call, site) else None
        given = walk.argument(call, None, "autoload_with")
        if given is not None and self._is_database(given, site):
            return "reads the schema from the database"
        if isinstance(call.func, Attribute) and call.func.attr in _SCHEMA and self._is_given_database(call, site):
            return {"create_all": "creates the tables", "drop_all": "drops the tables"}.get(call.func.attr, "reads the schema")
        return QUERIES if self._fetches(call, site) else None

    def engine_asked(self, call: Call, site: Site) -> Place | None:
        """Where the engine was built that ``call`` names, as its receiver or as an argument."""
        receiver = (call.func.value,) if isinstance(call.func, Attribute) else ()
        named = [self._project.kind(term, site.scope) for term in (*receiver, *(given.term for given in call.args))]
        return next((kind.origin for kind in named if isinstance(kind, kinds.Engine)), None)

    def _fetches(self, call: Call, site: Site) -> bool:
        """``session.query(...).filter(...).all()``."""
        if not isinstance(call.func, Attribute) or call.func.attr not in _FETCHING:
            return False
        inner: Term = call.func.value
        while isinstance(inner, Attribute | Call):
            if isinstance(inner, Call):
                callee = self._project.kind(inner.func, site.scope)
                if isinstance(callee, kinds.Method) and callee.name == "query":
                    return isinstance(callee.owner, kinds.Session | kinds.Factory)
            inner = inner.func if isinstance(inner, Call) else inner.value
        return False

    def _opens_its_session(self, call: Call, function: FunctionScope) -> bool:
        """Whether the session that a function asks is one that it has opened, and not one that it was given."""
        inner: Term = call.func
        while isinstance(inner, Attribute | Call):
            if isinstance(self._project.kind(inner, function), kinds.Session) and isinstance(inner, Call):
                return True
            inner = inner.func if isinstance(inner, Call) else inner.value
        if not isinstance(inner, Name):
            return False
        kind = self._project.evaluator.name_kind(inner.id, function)
        if isinstance(kind, kinds.Factory):
            return kind.scoped
        bindings = function.bindings.get(inner.id, ())
        opened = bool(bindings) and all(isinstance(each, ValueBinding | EnteredBinding) for each in bindings)
        return opened and isinstance(kind, kinds.Session) and kind.is_certain

    def _is_given_database(self, call: Call, site: Site) -> bool:
        return any(self._is_database(given.term, site) for given in call.args if not given.star)

    def _is_database(self, term: Term, site: Site) -> bool:
        return isinstance(self._project.kind(term, site.scope), kinds.Engine | kinds.Connection)

    def function_run_by(self, call: Call, site: Site) -> FunctionScope | None:
        """The function of the project whose body runs with ``call``, also through ``asyncio.run(...)``."""
        callee = self._project.kind(call.func, site.scope)
        runner = isinstance(callee, kinds.External) and callee.name in _RUNNERS
        if runner or (isinstance(call.func, Attribute) and call.func.attr == "run_until_complete"):
            return self._run_to_completion(call, site)
        function = called_function(self._project, call, site)
        if function is None or function.node.is_generator:
            return None
        awaited = bool(site.path) and isinstance(site.path[0], Await)
        return function if awaited is function.node.is_async else None

    def _run_to_completion(self, call: Call, site: Site) -> FunctionScope | None:
        coroutine = call.args[0].term if call.args else None
        if isinstance(coroutine, Call):
            return called_function(self._project, coroutine, site)
        kind = self._project.kind(coroutine, site.scope) if coroutine is not None else kinds.UNKNOWN
        return kind.function if isinstance(kind, kinds.FunctionKind) else None

    def inside(self, function: FunctionScope, depth: int = _DEPTH) -> _Io | None:
        """The first place in ``function``, or in what it calls, that asks a database when the function runs."""
        if depth == 0 or function.node.name in APP_FACTORIES:
            return None
        return remembered(self._project, ("asks a database", function, depth), None, self._first, function, depth)

    def _first(self, function: FunctionScope, depth: int) -> _Io | None:
        for step, is_caught in self._steps(function):
            found = step if isinstance(step, _Io) else self.inside(step, depth - 1)
            if found is not None and not (is_caught and found.does == QUERIES):
                return found
        return None

    def _steps(self, function: FunctionScope) -> tuple[tuple[_Io | FunctionScope, bool], ...]:
        return remembered(self._project, ("database steps", function), (), lambda: tuple(self._steps_of(function)))

    def _steps_of(self, function: FunctionScope) -> Iterator[tuple[_Io | FunctionScope, bool]]:
        """What ``function`` asks of a database, up to the first thing that it surely does, and the functions that it runs; each
        with whether its errors are caught and kept: then nothing fails without the database, and a query is by choice."""
        asking = _asking(self._project, function.module)
        for site in self._project.calls_in(function):
            if not isinstance(site.term, Call) or site.term not in asking or site.in_lambda:
                continue
            does = self.direct(site.term, site)
            if does is not None and (does != QUERIES or self._opens_its_session(site.term, function)):
                yield _Io(site.place, does, self.engine_asked(site.term, site)), (is_caught := _is_caught(site, function))
                if not is_caught or does != QUERIES:
                    return
            elif (inner := self.function_run_by(site.term, site)) is not None:
                yield inner, _is_caught(site, function)


def _is_caught(site: Site, function: FunctionScope) -> bool:
    """Whether a ``try`` of the function catches whatever the place raises, and raises nothing for it."""
    return any(
        any(statement.span.contains(site.term.span) for statement in one.body)
        and any(catches_everything(handler) and not _raises(handler) for handler in one.handlers)
        for one in function.tries
    )


def _raises(handler: Handler) -> bool:
    return any(isinstance(statement, Raise) for statement in walk.statements(handler.body))
