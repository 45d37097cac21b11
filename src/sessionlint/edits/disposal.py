"""The end of an engine that is built on first use: where the application has a lifespan, it disposes the engine."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sessionlint.edits.imports import Wanted, change_imports
from sessionlint.edits.lines import Lines, lines_of
from sessionlint.link import kinds, walk
from sessionlint.link.lazy_engines import Deferred
from sessionlint.link.project import Project
from sessionlint.link.scopes import FunctionScope, ImportBinding, ModuleScope
from sessionlint.link.sites import sites
from sessionlint.model.facts import Attribute, Block, Call, Evaluate, Raise, Return, Statement, Try, Yield
from sessionlint.model.finding import Edit
from sessionlint.model.source import Place, Span

_MANAGERS = frozenset({"contextlib.asynccontextmanager"})


@dataclass(frozen=True, slots=True, eq=False)
class _Lifespan:
    """``start`` is the ``yield``, on whose line the application begins; ``last`` the statement after which it has ended."""

    function: FunctionScope
    start: Statement
    last: Statement


def disposal_edits(project: Project, engine: Deferred, accessor: str, others: Mapping[str, Sequence[Edit]]) -> list[Edit]:
    """What a lifespan needs: it builds the engine, so that a wrong URL ends the start, and disposes it at the end.

    Nothing where the engine is disposed already, where no lifespan has a simple form, or where the accessor cannot be had
    in its file. ``others`` are the edits of the fix by path.
    """
    if any(
        isinstance(each.site.path[0], Attribute) and each.site.path[0].attr == "dispose"
        for each in engine.refs.mentions
        if each.site.path
    ):
        return []
    found = [lifespan for lifespan in _lifespans(project) if lifespan is not None]
    if len(found) != 1:
        return []
    kind = project.kind(engine.value, engine.module)
    if not isinstance(kind, kinds.Engine) or kind.is_async is None:
        return []
    (lifespan,) = found
    imported = _imported(project, lifespan.function.module, engine, accessor, others)
    if imported is None:
        return []
    spelled, edits = imported
    dispose = f"await {spelled}().dispose()" if kind.is_async else f"{spelled}().dispose()"
    source = project.sources[lifespan.function.module.path]
    lines = lines_of(source.text)
    behind, end = lines.newline + lines.indent(lifespan.last.span.start) + dispose, lines.end(lifespan.last.span.end)
    return [*edits, *_warming(engine, lifespan, lines, spelled), Edit(Place(source.path, Span(end, end)), behind)]


def _warming(engine: Deferred, lifespan: _Lifespan, lines: Lines, spelled: str) -> Iterator[Edit]:
    """The line that builds the engine before the application begins, unless another one there does."""
    mentions = [each.site for each in engine.refs.mentions if each.site.scope is lifespan.function]
    if any(site.term.span.end <= lifespan.start.span.start for site in mentions):
        return
    begin = lines.start(lifespan.start.span.start)
    text = f"{lines.indent(begin)}{spelled}()  # a wrong URL ends the start, not a request{lines.newline}"
    yield Edit(Place(lifespan.function.module.path, Span(begin, begin)), text)


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


def _imported(
    project: Project, module: ModuleScope, engine: Deferred, accessor: str, others: Mapping[str, Sequence[Edit]]
) -> tuple[str, tuple[Edit, ...]] | None:
    """How to write the accessor in a module's functions, and the edits for its import."""
    if module is engine.module:
        return accessor, ()
    known = next((each for each in engine.refs.imports if each.scope is module), None)
    if known is not None:
        aliased = known.alias.asname not in (None, known.alias.name)
        return (known.local if aliased else accessor), ()
    for bindings in module.bindings.values():
        for binding in bindings:
            if isinstance(binding, ImportBinding) and binding.name is not None:
                path = project.layout.resolve(module.path, binding.module, binding.level)
                if path == engine.module.path and binding.level == 0:
                    return _added(project, module, Wanted(binding.module, accessor), others)
    return None


def _added(
    project: Project, module: ModuleScope, wanted: Wanted, others: Mapping[str, Sequence[Edit]]
) -> tuple[str, tuple[Edit, ...]] | None:
    source = project.sources[module.path]
    changes = change_imports(module.facts, source, [wanted])
    if changes is None:
        return None
    clash = any(
        one.place.span.start <= other.place.span.end and other.place.span.start <= one.place.span.end
        for one in changes.edits
        for other in others.get(module.path, ())
    )
    return None if clash else (changes.spellings[wanted], changes.edits)
