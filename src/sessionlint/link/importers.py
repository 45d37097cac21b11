"""Who imports what: the modules behind "14 modules import it"."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import field

from sessionlint.link import walk
from sessionlint.link.layout import Layout
from sessionlint.link.scopes import ImportBinding, ModuleScope
from sessionlint.link.sites import sites
from sessionlint.model.facts import Attribute, Import
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place, Span


@dataclass(eq=False)
class Importers:
    """Answers for one project; direct imports only, re-exports are followed by name."""

    modules: Mapping[str, ModuleScope]
    layout: Layout
    _of_module: dict[str, dict[str, Place]] = field(default_factory=dict)
    _of_name: dict[tuple[str, str], dict[str, Place]] = field(default_factory=dict)
    _reexports: dict[tuple[str, str], set[tuple[str, str]]] = field(default_factory=dict)
    # module -> importer -> the names under which the importer knows the module
    _bound_modules: dict[str, dict[str, set[str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._of_module = defaultdict(dict)
        self._of_name = defaultdict(dict)
        self._reexports = defaultdict(set)
        self._bound_modules = defaultdict(lambda: defaultdict(set))
        for module in self.modules.values():
            for star in module.star_imports:
                self._record_module(module, self.layout.resolve(module.path, star.module, star.level), star.statement.span)
            for scope in module.scopes:
                for bound, bindings in scope.bindings.items():
                    for binding in bindings:
                        if isinstance(binding, ImportBinding):
                            self._record(module, bound, binding, at_module_level=scope is module)

    def _record(self, module: ModuleScope, bound: str, binding: ImportBinding, *, at_module_level: bool) -> None:
        place = _place_of(module, bound, binding)
        path = self.layout.resolve(module.path, binding.module, binding.level)
        if binding.name is None:
            for dotted, imported in self._imported_modules(module, bound, binding):
                self._record_module(module, imported, place.span)
                if imported is not None:
                    self._bound_modules[imported][module.path].add(dotted)
            return
        submodule = self.layout.resolve(
            module.path, f"{binding.module}.{binding.name}" if binding.module else binding.name, binding.level
        )
        if submodule is not None and submodule != module.path:
            self._of_module[submodule].setdefault(module.path, place)
            self._bound_modules[submodule][module.path].add(bound)
        if path is not None and path != module.path:
            self._of_module[path].setdefault(module.path, place)
            self._of_name[path, binding.name].setdefault(module.path, place)
            if at_module_level:
                self._reexports[path, binding.name].add((module.path, bound))

    def _imported_modules(self, module: ModuleScope, bound: str, binding: ImportBinding) -> Iterator[tuple[str, str | None]]:
        """The modules that ``import ...`` imports under the name ``bound``, as code says them: ``import a.b`` imports two."""
        for alias in binding.statement.names:
            parts = alias.name.split(".")
            if alias.asname == bound:
                yield bound, self.layout.resolve(module.path, alias.name, 0)
            elif alias.asname is None and parts[0] == bound:
                for count in range(1, len(parts) + 1):
                    dotted = ".".join(parts[:count])
                    yield dotted, self.layout.resolve(module.path, dotted, 0)

    def _record_module(self, importer: ModuleScope, path: str | None, span: Span) -> None:
        if path is not None and path != importer.path:
            self._of_module[path].setdefault(importer.path, Place(importer.path, span))

    def _attribute_uses(self, path: str) -> None:
        """``db.engine`` through ``from app import db`` uses the name as an import of it would."""
        for importer, names in self._bound_modules.pop(path, {}).items():
            for scope in self.modules[importer].scopes:
                for site in sites(scope):
                    term = site.term
                    if isinstance(term, Attribute) and walk.dotted(term.value) in names:
                        self._of_name[path, term.attr].setdefault(importer, Place(importer, term.span))

    def of_module(self, path: str) -> dict[str, Place]:
        """The modules that import the module at ``path``, each with the place of the import."""
        return self._of_module.get(path, {})

    def of_name(self, path: str, name: str) -> dict[str, Place]:
        """The modules that import ``name`` of the module at ``path``, also through modules that pass it on."""
        found: dict[str, Place] = {}
        waiting, seen = [(path, name)], {(path, name)}
        while waiting:
            current = waiting.pop()
            self._attribute_uses(current[0])
            for importer, place in self._of_name.get(current, {}).items():
                found.setdefault(importer, place)
            for passed_on in self._reexports.get(current, set()) - seen:
                seen.add(passed_on)
                waiting.append(passed_on)
        found.pop(path, None)
        return dict(sorted(found.items()))


def _place_of(module: ModuleScope, bound: str, binding: ImportBinding) -> Place:
    statement: Import = binding.statement
    for alias in statement.names:
        if bound in (alias.asname, alias.name, alias.name.partition(".")[0]):
            return Place(module.path, alias.span)
    return Place(module.path, statement.span)
