"""The end of an engine that is built on first use: where the application has a lifespan, it disposes the engine."""

from collections.abc import Iterator

from sessionlint.edits.imports import ImportedName, import_name
from sessionlint.link.names.scopes import ImportBinding, ModuleScope, Site
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model.facts import Attribute, Call
from sessionlint.model.finding import Edit
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place, Span
from sessionlint.questions.engines.engine_use import EngineEnds
from sessionlint.questions.running.lifespans import Lifespan, lifespans
from sessionlint.rules.engine.import_time_engine.deferral import Deferred
from sessionlint.text.lines import Lines, lines_of


@dataclass(frozen=True, slots=True, eq=False)
class Disposal:
    """Where the application's lifespan builds and disposes the engine; ``module`` has to know the accessor."""

    project: Project
    engine: Deferred
    lifespan: Lifespan
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
    found = lifespans(project)
    return Disposal(project, engine, found[0], kind.is_async) if len(found) == 1 and found[0] is not None else None


def _has_pool(project: Project, engine: Deferred) -> bool:
    site = Site(engine.value, (), engine.statement, engine.module.body, engine.module)
    return isinstance(engine.value, Call) and EngineEnds(project).has_pool_worth_keeping(engine.value, site)


def _warming(engine: Deferred, lifespan: Lifespan, lines: Lines, spelled: str) -> Iterator[Edit]:
    """The line that builds the engine before the application begins, unless another one there does."""
    mentions = [each.site for each in engine.refs.mentions if each.site.scope is lifespan.function]
    if any(site.term.span.end <= lifespan.start.span.start for site in mentions):
        return
    begin = lines.start(lifespan.start.span.start)
    text = f"{lines.indent(begin)}{spelled}()  # a wrong URL ends the start, not a request{lines.newline}"
    yield Edit(Place(lifespan.function.module.path, Span(begin, begin)), text)
