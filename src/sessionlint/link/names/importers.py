"""Who imports what: the modules behind "14 modules import it"."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from sessionlint.link.names.layout import Layout
from sessionlint.link.names.scopes import ImportBinding, ModuleScope
from sessionlint.link.names.sites import sites
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Import
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place


@dataclass(frozen=True, slots=True, eq=False)
class ModuleImports:
    """What one module imports: ``modules`` as (path, dotted name in the importer, place), None for what is no module of that
    name but all its names; ``names`` as (path, name, name in the importer, at module level, place)."""

    modules: Sequence[tuple[str, str | None, Place]]
    names: Sequence[tuple[str, str, str, bool, Place]]


NO_IMPORTS = ModuleImports((), ())


def imported_files(imports: ModuleImports) -> frozenset[str]:
    """The paths of the files that one imports."""
    return frozenset(path for path, _, _ in imports.modules) | {path for path, *_ in imports.names}


def differing(one: ModuleImports, other: ModuleImports) -> frozenset[str]:
    """The files of which two texts of a module import something else, or elsewhere."""
    known, now = _by_file(one), _by_file(other)
    return frozenset(path for path in known.keys() | now.keys() if known.get(path) != now.get(path))


def _by_file(imports: ModuleImports) -> dict[str, list[object]]:
    found: dict[str, list[object]] = defaultdict(list)
    for path, *module in imports.modules:
        found[path].append(module)
    for path, *name in imports.names:
        found[path].append(name)
    return found


def imports_of(module: ModuleScope, layout: Layout) -> ModuleImports:
    """The imports of ``module`` from other modules of the project, wherever in it they stand."""
    modules: list[tuple[str, str | None, Place]] = []
    names: list[tuple[str, str, str, bool, Place]] = []
    stars = ((layout.resolve(module.path, star.module, star.level), star.statement.span) for star in module.star_imports)
    modules += [(path, None, Place(module.path, span)) for path, span in stars if path is not None]
    for scope in module.scopes:
        for bound, bindings in scope.bindings.items():
            for binding in bindings:
                if not isinstance(binding, ImportBinding) or not layout.may_resolve(binding.module, binding.level):
                    continue
                if binding.name is None:
                    modules += _modules(module, bound, binding, layout)
                    continue
                inner, home = _inner_module(module, binding, layout), layout.resolve(module.path, binding.module, binding.level)
                if inner is None and home is None:
                    continue
                place = _place_of(module, bound, binding)
                if inner is not None:
                    modules.append((inner, bound, place))
                if home is not None and home != module.path:
                    modules.append((home, None, place))
                    names.append((home, binding.name, bound, scope is module, place))
    return ModuleImports([each for each in modules if each[0] != module.path], names)


def _modules(module: ModuleScope, bound: str, binding: ImportBinding, layout: Layout) -> Iterator[tuple[str, str | None, Place]]:
    """The modules that ``import a.b`` brings, each as code says it: two."""
    for alias in binding.statement.names:
        parts = alias.name.split(".")
        if alias.asname == bound:
            said = [(alias.name, bound)]
        elif alias.asname is None and parts[0] == bound:
            said = [(dotted, dotted) for count in range(len(parts)) if (dotted := ".".join(parts[: count + 1]))]
        else:
            continue
        for name, dotted in said:
            if (path := layout.resolve(module.path, name, 0)) is not None:
                yield path, dotted, _place_of(module, bound, binding)


def _inner_module(module: ModuleScope, binding: ImportBinding, layout: Layout) -> str | None:
    """The module that ``from package import module`` brings."""
    dotted = f"{binding.module}.{binding.name}" if binding.module else binding.name or ""
    return layout.resolve(module.path, dotted, binding.level)


AttributePlaces: TypeAlias = Mapping[tuple[str, str], Place]
"""Where a module first reads an attribute of a module that it imports, by what it calls that and the attribute's name."""


def attribute_places(module: ModuleScope, imports: ModuleImports) -> AttributePlaces:
    """``db.engine`` through ``from app import db`` uses the name as an import of it would."""
    names = {dotted for _, dotted, _ in imports.modules if dotted is not None}
    found: dict[tuple[str, str], Place] = {}
    for scope in module.scopes if names else ():
        for site in sites(scope):
            term = site.term
            if isinstance(term, Attribute) and (dotted := walk.dotted(term.value)) in names and dotted is not None:
                found.setdefault((dotted, term.attr), Place(module.path, term.span))
    return found


class Importers:
    """Answers for one project, of what each of its files imports; direct imports only, re-exports are followed by name.

    ``read`` is told of each file about whose importers somebody asks; ``read_all`` when the question is who imports whom at all.
    """

    def __init__(
        self,
        imports: Iterable[tuple[str, ModuleImports]],
        read: Callable[[str], object] = lambda _: None,
        read_all: Callable[[], object] = lambda: None,
    ) -> None:
        self._read = read
        self._read_all = read_all
        self._of_module: dict[str, dict[str, Place]] = defaultdict(dict)
        self._of_name: dict[tuple[str, str], dict[str, Place]] = defaultdict(dict)
        self._reexports: dict[tuple[str, str], dict[tuple[str, str], None]] = defaultdict(dict)
        # module -> importer -> the names under which the importer knows the module
        self._bound_modules: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for importer, each in imports:
            self._record(importer, each)

    def _record(self, importer: str, imports: ModuleImports) -> None:
        for path, dotted, place in imports.modules:
            self._of_module[path].setdefault(importer, place)
            if dotted is not None:
                self._bound_modules[path][importer].add(dotted)
        for path, name, bound, at_module_level, place in imports.names:
            self._of_name[path, name].setdefault(importer, place)
            if at_module_level:
                self._reexports[path, name][importer, bound] = None

    def imported(self) -> frozenset[str]:
        """The paths of the modules that others import."""
        self._read_all()
        return frozenset(self._of_module)

    def of_module(self, path: str) -> dict[str, Place]:
        """The modules that import the module at ``path``, each with the place of the import."""
        self._read(path)
        return self._of_module.get(path, {})

    def directly(self, path: str, name: str) -> Collection[str]:
        """The modules that import ``name`` from the module at ``path`` itself; they may use it as an attribute instead."""
        self._read(path)
        return self._of_name.get((path, name), {}).keys()

    def transitively(self, paths: Iterable[str]) -> frozenset[str]:
        """The modules that import one of ``paths``, or what imports one, and so on."""
        self._read_all()
        found: set[str] = set()
        waiting = [*paths]
        while waiting:
            new = self._of_module.get(waiting.pop(), {}).keys() - found
            found |= new
            waiting += new
        return frozenset(found)

    def of_name(self, path: str, name: str, attributes: Callable[[str], AttributePlaces]) -> dict[str, Place]:
        """The modules that import ``name`` of the module at ``path``, also through modules that pass it on, or read it as
        an attribute of that, as ``attributes`` of a module say."""
        found: dict[str, Place] = {}
        waiting, seen = [(path, name)], {(path, name)}
        while waiting:
            current = waiting.pop()
            self._read(current[0])
            for importer, place in (*self._of_name.get(current, {}).items(), *self._attribute_uses(*current, attributes)):
                found.setdefault(importer, place)
            passed_on = [each for each in self._reexports.get(current, ()) if each not in seen]
            seen.update(passed_on)
            waiting += passed_on
        found.pop(path, None)
        return dict(sorted(found.items()))

    def _attribute_uses(self, path: str, name: str, attributes: Callable[[str], AttributePlaces]) -> Iterator[tuple[str, Place]]:
        for importer, known_as in self._bound_modules.get(path, {}).items():
            places = [place for dotted in known_as if (place := attributes(importer).get((dotted, name))) is not None]
            if places:
                yield importer, min(places, key=lambda place: place.span.start)


def _place_of(module: ModuleScope, bound: str, binding: ImportBinding) -> Place:
    statement: Import = binding.statement
    for alias in statement.names:
        if bound in (alias.asname, alias.name, alias.name.partition(".")[0]):
            return Place(module.path, alias.span)
    return Place(module.path, statement.span)
