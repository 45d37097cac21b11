"""The end of an engine that is built on first use: where the application has a lifespan, it disposes the engine."""

from collections.abc import Iterator

from sessionlint.edits.imports import ImportedName, import_name
from sessionlint.link.names.scopes import FunctionScope, ImportBinding, ModuleScope, Site
from sessionlint.link.names.sites import sites
from sessionlint.link.project import Project
from sessionlint.link.question import collected
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Block, Call, Evaluate, Raise, Return, Statement, Try, Yield
from sessionlint.model.finding import Edit
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place, Span
from sessionlint.questions.engines.engine_use import EngineEnds
from sessionlint.rules.engine.import_time_engine.deferral import Deferred
from sessionlint.text.lines import Lines, lines_of

_MANAGERS = frozenset({"contextlib.asynccontextmanager"})


@dataclass(frozen=True, slots=True, eq=False)
class _Lifespan:
    """``start`` is the ``yield``, on whose line the application begins; ``last`` the statement after which it has ended."""

    function: FunctionScope
    start: Statement
    last: Statement


@dataclass(frozen=True, slots=True, eq=False)
class Disposal:
    """Where the application's lifespan builds and disposes the engine; ``module`` has to know the accessor."""

    project: Project
    engine: Deferred
    lifespan: _Lifespan
    is_async: bool

    @property
    def module(self) -> ModuleScope:
        return self.lifespan.function.module

    def known_as(self, accessor: str) -> str | None:
        """How the module writes the accessor once the engine's imports are renamed; None: it has yet to import it."""
        known = next((each for each in self.engine.refs.imports if each.scope is self.module), None)
        if known is None:
            return accessor if self.module is self.engine.module else None
        return known.local if known.alias.asname not in (None, known.alias.name) else accessor

    def import_of(self, accessor: str) -> ImportedName | None:
        """A new import of the accessor, from where the module imports something else of the engine's module."""
        source = self.project.sources[self.module.path]
        for binding in (each for bindings in self.module.bindings.values() for each in bindings):
            if isinstance(binding, ImportBinding) and binding.name is not None and binding.level == 0:
                path = self.project.layout.resolve(self.module.path, binding.module, 0)
                if path == self.engine.module.path:
                    return import_name(self.module.facts, source, binding.module, accessor)
        return None

    def edits(self, spelled: str) -> list[Edit]:
        """The line at the start, unless another one there builds the engine, and the line at the end."""
        lines = lines_of(self.project.sources[self.module.path].text)
        dispose = f"await {spelled}().dispose()" if self.is_async else f"{spelled}().dispose()"
        last = self.lifespan.last.span
        behind, end = lines.newline + lines.indent(last.start) + dispose, lines.end(last.end)
        return [*_warming(self.engine, self.lifespan, lines, spelled), Edit(Place(self.module.path, Span(end, end)), behind)]


def disposal_of(project: Project, engine: Deferred) -> Disposal | None:
    """What a lifespan needs: it builds the engine, so that a wrong URL ends the start, and disposes it at the end.

    None where the engine is disposed already, where that would lose an SQLite memory, and where not exactly one lifespan
    has a simple form.
    """
    around = [each.site.path[0] for each in engine.refs.mentions if each.site.path]
    kind = project.kind(engine.value, engine.module)
    if any(isinstance(each, Attribute) and each.attr == "dispose" for each in around):
        return None
    if not isinstance(kind, kinds.Engine) or kind.is_async is None or not _has_pool(project, engine):
        return None
    found = _lifespans(project)
    return Disposal(project, engine, found[0], kind.is_async) if len(found) == 1 and found[0] is not None else None


def _has_pool(project: Project, engine: Deferred) -> bool:
    site = Site(engine.value, (), engine.statement, engine.module.body, engine.module)
    return isinstance(engine.value, Call) and EngineEnds(project).has_pool_worth_keeping(engine.value, site)


def _warming(engine: Deferred, lifespan: _Lifespan, lines: Lines, spelled: str) -> Iterator[Edit]:
    """The line that builds the engine before the application begins, unless another one there does."""
    mentions = [each.site for each in engine.refs.mentions if each.site.scope is lifespan.function]
    if any(site.term.span.end <= lifespan.start.span.start for site in mentions):
        return
    begin = lines.start(lifespan.start.span.start)
    text = f"{lines.indent(begin)}{spelled}()  # a wrong URL ends the start, not a request{lines.newline}"
    yield Edit(Place(lifespan.function.module.path, Span(begin, begin)), text)


@collected
def _lifespans(project: Project) -> Iterator[_Lifespan | None]:
    """The lifespans of the project's applications; None for one whose form is not simple."""
    seen: set[FunctionScope] = set()
    for site in project.calls():
        call = site.term
        lifespan = walk.argument(call, None, "lifespan") if isinstance(call, Call) else None
        kind = project.kind(lifespan, site.scope) if lifespan is not None else None
        if isinstance(kind, kinds.FunctionKind) and kind.function not in seen:
            seen.add(kind.function)
            if project.evaluator.decorators(kind.function) <= _MANAGERS:
                yield _form(project, kind.function)


def _form(project: Project, function: FunctionScope) -> _Lifespan | None:
    """One bare ``yield`` on the function's own level, or in a ``try`` with a ``finally`` there."""
    if sum(isinstance(site.term, Yield) for site in sites(function)) != 1:
        return None
    lines = lines_of(project.sources[function.module.path].text)
    for statement in function.body:
        last: Statement | None = None
        start: Statement | None = None
        if _yields(statement):
            start, last = statement, _end(function.body)
        elif isinstance(statement, Try) and statement.final:
            start, last = next((each for each in statement.body if _yields(each)), None), _end(statement.final)
        if start is not None and last is not None:
            alone = all(lines.stands_alone(each.span) for each in (start, last))
            return _Lifespan(function, start, last) if alone else None
    return None


def _yields(statement: Statement) -> bool:
    return isinstance(statement, Evaluate) and isinstance(statement.value, Yield)


def _end(block: Block) -> Statement | None:
    return None if isinstance(block[-1], Return | Raise) or _has_blocks(block[-1]) else block[-1]


def _has_blocks(statement: Statement) -> bool:
    """Whether a statement has blocks of its own, behind which a line would have to find its place."""
    return any(True for _ in walk.blocks(statement)) or hasattr(statement, "body")
