"""What a file has to do with others: what it imports, who imports it and which of its names, what happens at its import."""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator

from sessionlint.link.names.import_time import calls_at_import
from sessionlint.link.names.scopes import ImportBinding, ModuleScope
from sessionlint.link.names.sites import sites
from sessionlint.link.project import Project
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Call, Import, Name, Term
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place, Span
from sessionlint.questions.inventory.engines import url_origin
from sessionlint.questions.inventory.parts import part_of_file
from sessionlint.questions.inventory.records import Handle, Part

_SETTINGS = ("settings", "config", "conf", "environ", "getenv")


@dataclass(frozen=True, slots=True)
class Outbound:
    """An import: ``names`` of ``module`` ("" is the module itself). ``is_own``: it leads to a file of the project."""

    module: str
    names: tuple[str, ...]
    place: Place
    is_own: bool


@dataclass(frozen=True, slots=True)
class Contract:
    """A name of a file that others hold on to: it has to stay importable."""

    name: str
    holders: tuple[Handle, ...]


@dataclass(frozen=True, slots=True)
class FileRecord:
    """``reads``: what a file takes from settings or the environment; ``calls_at_import``: what importing it calls.

    ``importers`` import it directly, ``reached`` through others.
    """

    path: str
    module: str
    part: Part
    outbound: tuple[Outbound, ...]
    reads: tuple[str, ...]
    calls_at_import: tuple[tuple[str, Place], ...]
    importers: tuple[Handle, ...]
    reached: tuple[Handle, ...]
    contracts: tuple[Contract, ...]


def files(project: Project, paths: Iterable[str], followed: Container[str]) -> Iterator[FileRecord]:
    """Those of ``paths`` that were read, in order. Whom they reach through others is told of those that are ``followed``."""
    reader = _Reader(project)
    for path in paths:
        module = project.modules.get(path) or project.outline(path)
        if module is not None:
            yield reader.file(module, path in followed)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads modules, those of which only the imports are known, too."""

    project: Project

    def file(self, module: ModuleScope, is_followed: bool) -> FileRecord:
        direct = self.project.importers.of_module(module.path)
        reached = self.project.importers.transitively([module.path]) if is_followed else frozenset()
        return FileRecord(
            module.path,
            module.name,
            part_of_file(self.project, module),
            tuple(_outbound(self.project, module)),
            tuple(_reads(module)),
            tuple(_calls_at_import(module)),
            tuple(self._handle(place) for _, place in sorted(direct.items())),
            tuple(self._handle(Place(path, Span(0, 0))) for path in sorted(reached - direct.keys() - {module.path})),
            tuple(self._contracts(module)),
        )

    def _handle(self, place: Place) -> Handle:
        module = self.project.modules.get(place.path) or self.project.outline(place.path)
        assert module is not None
        return Handle(module.name, part_of_file(self.project, module), place)

    def _contracts(self, module: ModuleScope) -> Iterator[Contract]:
        """The names that the module binds itself and others import, or read as its attributes."""
        for name, bindings in module.bindings.items():
            if all(isinstance(binding, ImportBinding) for binding in bindings):
                continue
            importers = self.project.importers_of_name(module.path, name)
            if importers:
                yield Contract(name, tuple(self._handle(place) for place in importers.values()))


# --- outbound ---------------------------------------------------------------------------------------------------------


def _outbound(project: Project, module: ModuleScope) -> Iterator[Outbound]:
    found: dict[tuple[str, int], dict[str, Place]] = defaultdict(dict)
    for scope in module.scopes:
        for bindings in scope.bindings.values():
            for binding in bindings:
                if isinstance(binding, ImportBinding):
                    _add(found, binding.statement, module)
    for star in module.star_imports:
        _add(found, star.statement, module)
    by_place = sorted(found.items(), key=lambda item: min(place.span.start for place in item[1].values()))
    for (dotted, level), names in by_place:
        resolved = [project.layout.resolve(module.path, dotted, level)]
        resolved += [project.layout.resolve(module.path, f"{dotted}.{name}".lstrip("."), level) for name in names if name]
        place = min(names.values(), key=lambda place: place.span.start)
        yield Outbound("." * level + dotted, tuple(sorted(names)), place, any(path is not None for path in resolved))


def _add(found: dict[tuple[str, int], dict[str, Place]], statement: Import, module: ModuleScope) -> None:
    for alias in statement.names:
        key = (statement.module, statement.level) if statement.module is not None else (alias.name, 0)
        name = alias.name if statement.module is not None else ""
        found[key].setdefault(name, module.place(alias.span))


def _reads(module: ModuleScope) -> Iterator[str]:
    """``settings.DATABASE_URL``, ``os.environ["URL"]``: under which name of settings or of the environment."""
    seen: dict[str, None] = {}
    for scope in module.scopes:
        for site in sites(scope):
            written = _setting(site.term)
            if written is not None:
                seen.setdefault(written)
    whole = list(seen)
    yield from (name for name in whole if not any(other.startswith(f"{name}.") for other in whole))


def _setting(term: Term) -> str | None:
    match term:
        case Attribute() as attribute:
            dotted = walk.dotted(attribute)
            parts = dotted.lower().split(".") if dotted is not None else []
            return dotted if any(part.endswith(_SETTINGS) for part in parts[:-1]) and _is_value(dotted or "") else None
        case Call(func=Name() | Attribute() as func) if (walk.dotted(func) or "").endswith(("getenv", "environ.get")):
            return url_origin(term)
        case _:
            return None


def _is_value(dotted: str) -> bool:
    return not dotted.endswith((".get", ".environ", ".getenv"))


# --- at import --------------------------------------------------------------------------------------------------------


def _calls_at_import(module: ModuleScope) -> Iterator[tuple[str, Place]]:
    seen: set[Place] = set()
    for site in calls_at_import(module):
        assert isinstance(site.term, Call)
        if module.place(site.term.span) not in seen:
            seen.add(module.place(site.term.span))
            yield walk.dotted(site.term.func) or "...", module.place(site.term.span)
