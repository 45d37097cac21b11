"""The linked project: what rules ask."""

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence, ValuesView
from operator import attrgetter
from typing import Any, TypeAlias, TypeVar

from sessionlint.link import named
from sessionlint.link.earlier import Earlier, InModule
from sessionlint.link.memory import EVERYTHING, Memory
from sessionlint.link.names.importers import (
    NO_IMPORTS,
    AttributePlaces,
    Importers,
    ModuleImports,
    attribute_places,
    differing,
    imported_files,
    imports_of,
)
from sessionlint.link.names.layout import Layout, layout_of
from sessionlint.link.names.roles import role_of, runs_only_as_program
from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Scope, Site, build_module
from sessionlint.link.on_demand import OnDemand
from sessionlint.link.question import Known, gathered, question
from sessionlint.link.values import kinds
from sessionlint.link.values.evaluate import Evaluator
from sessionlint.link.values.trust import Trust
from sessionlint.model.facts import Call, ModuleFacts, Term
from sessionlint.model.role import Role
from sessionlint.model.source import Place, Source, Span
from sessionlint.model.targets import Targets
from sessionlint.model.wrappers import Vocabulary

named.record_types(vars(kinds))

_NEWEST = Targets()
_NO_WORDS = Vocabulary()
_UNREAD = "unread"
_IMPORTS = ("who imports what",)
_OUTLINES = ("what is not read",)

T = TypeVar("T")
KeyT = TypeVar("KeyT")
_Groups: TypeAlias = Mapping[object, Sequence[Site]]


class Project:
    """All modules of a checked project, linked. ``modules`` are those that were read, in order of their paths; of the others
    ``outlines`` know the imports.

    A project is linked again when more of its files are read and when they change; then it forgets what that made untrue.
    ``vocabulary`` are the names that the project's configuration vouches for, ``source_roots`` folders (relative, "" for the
    project root) from which absolute imports are resolved, beside those that the layout shows; ``package`` is what the root
    is called where it is one itself. ``requested`` are the rules whose findings on request are shown (None: all). ``around`` are
    the paths of all files where these are only a part of the project: they say what an import means.
    """

    def __init__(
        self,
        targets: Targets,
        vocabulary: Vocabulary = _NO_WORDS,
        source_roots: Sequence[str] = (),
        package: str = "",
        requested: Container[str] | None = None,
        around: frozenset[str] = frozenset(),
    ) -> None:
        self.targets = targets
        self.memory = Memory(kinds.is_same)
        self.facts: Mapping[str, ModuleFacts] = {}
        self.layout = Layout((), source_roots, package)
        self._vocabulary = vocabulary
        self._source_roots = tuple(source_roots)
        self._package = package
        self._requested = requested
        self.around = around
        self._all_modules: Mapping[str, ModuleScope] = {}
        self._read: dict[str, ModuleScope] = {}
        self._modules: Mapping[str, ModuleScope] = self._read
        self._sources: Mapping[str, Source] = {}
        self._imports: dict[ModuleScope, ModuleImports] = {}
        self.modules: Mapping[str, ModuleScope] = _Reading(self.memory, {})
        self.sources: Mapping[str, Source] = _Reading(self.memory, {})
        self.trust = Trust(vocabulary, self._modules, self.layout)
        self.evaluator = Evaluator(self._modules, self.layout, self.trust, self.memory, self)
        self.kind: Callable[[Term, Scope], kinds.Kind] = self.evaluator.kind
        self._importers: Importers | None = None
        self._make_importers = self._importers_of_all
        self.earlier: Earlier | None = None
        # words whose absence left files without facts, and words that such files were searched for beyond that
        self.searched: set[str] = set()
        self.asked: set[str] = set()
        # files without facts of whose text more was looked at than that
        self.looked_into: set[str] = set()
        # files that were not read and would have told what becomes of a session
        self.wanting: set[str] = set()

    def link(self, facts: Mapping[str, ModuleFacts], sources: Mapping[str, Source]) -> None:
        """Link the facts of all files. ``sources`` holds the text of each, also of files that have no facts worth linking."""
        layout = self._layout_of({*facts, *sources})
        is_moved = layout is not self.layout
        changed = [path for path, module in facts.items() if is_moved or self._is_changed(path, module, sources)]
        built = {path: self._built(facts[path], layout) for path in changed}
        if is_moved:
            self.layout = layout
            self._forget_all()
        self.facts, self._sources = facts, sources
        old = {path: self._all_modules[path] for path in changed if path in self._all_modules}
        before = {path: self._imports.pop(module, NO_IMPORTS) for path, module in old.items()}
        known = {**self._all_modules, **built}
        self._all_modules = {path: known[path] for path in sorted(facts)}
        self._read.clear()
        self._read |= {path: module for path, module in self._all_modules.items() if not module.facts.outline}
        self.modules, self.sources = _Reading(self.memory, self._modules), _Reading(self.memory, sources)
        self._link_names(layout)
        outlines_differ = any(module.facts.outline for module in (*old.values(), *built.values()))
        self._forget(changed, before, outlines_differ)

    def is_of(self, sources: Mapping[str, Source]) -> bool:
        """Whether these very sources are those that are linked."""
        return self._sources.keys() == sources.keys() and all(self._sources[path] is source for path, source in sources.items())

    def unfold(
        self,
        facts: Mapping[str, ModuleFacts],
        sources: Mapping[str, Source],
        imports: Callable[[], Iterable[tuple[str, ModuleImports]]],
        earlier: Earlier,
    ) -> None:
        """Be the project that an ``earlier`` run has linked, but for what may have changed since: each module when somebody asks
        for it, and so ``facts`` and ``sources`` should be made. ``imports`` gives those of all files.
        """
        self.layout = self._layout_of(sources)
        self.facts, self._sources, self.earlier = facts, sources, earlier
        self._all_modules = OnDemand(sorted(facts), lambda path: self._built(facts[path], self.layout))
        self._modules = OnDemand(earlier.modules, self._all_modules.__getitem__)
        self.modules, self.sources = _Reading(self.memory, self._modules), _Reading(self.memory, sources)
        self.trust = Trust(self._vocabulary, self._modules, self.layout)
        self.evaluator = Evaluator(self._modules, self.layout, self.trust, self.memory, self)
        self.kind = self.evaluator.kind
        self._make_importers = lambda: self._told_importers(imports())

    def _layout_of(self, paths: Iterable[str]) -> Layout:
        return layout_of(self.around or frozenset(paths), self._source_roots, self._package)

    def scope_of(self, facts: ModuleFacts) -> ModuleScope:
        """The module of other facts, which is none of the project's."""
        return self._built(facts, self.layout)

    def _built(self, module: ModuleFacts, layout: Layout) -> ModuleScope:
        return build_module(module, layout.module_name(module.path), self.memory.bit(module.path))

    def _is_changed(self, path: str, module: ModuleFacts, sources: Mapping[str, Source]) -> bool:
        known = self.facts.get(path)
        if known is module and self._sources[path] is sources[path]:
            return False
        if known is None or path not in sources or path not in self._sources or self._sources[path].text != sources[path].text:
            return True
        return known is not module and not (known.outline and module.outline)

    def _link_names(self, layout: Layout) -> None:
        """What the configuration vouches for is told by modules that were read, whoever asks."""
        trust = Trust(self._vocabulary, self._modules, layout)
        if not trust.says_the_same_as(self.trust):
            self.memory.clear()
        self.trust = trust
        self.evaluator.look_at(layout, trust)

    def _forget_all(self) -> None:
        self.memory.clear()
        self._all_modules = {}
        self._imports = {}
        self._importers = None

    def _forget(self, changed: Iterable[str], before: Mapping[str, ModuleImports], outlines_differ: bool) -> None:
        after = {path: self.imports_of(self._all_modules[path]) for path in changed if path in self._all_modules}
        pairs = [(before.get(path, NO_IMPORTS), after.get(path, NO_IMPORTS)) for path in {**before, **after}]
        told = {path for one, other in pairs for path in differing(one, other)}
        if told:
            self._importers = None
        imports_differ = any(imported_files(one) != imported_files(other) for one, other in pairs)
        whole = [*([_IMPORTS] if imports_differ else ()), *([_OUTLINES] if outlines_differ else ())]
        self.memory.forget([*changed, *map(self.memory.row_of, told), *whole])

    def _importers_of_all(self) -> Importers:
        return self._told_importers((path, self.imports_of(module)) for path, module in self._all_modules.items())

    def _told_importers(self, imports: Iterable[tuple[str, ModuleImports]]) -> Importers:
        """The answers about imports; whoever asks has read what is said of a file, or who imports whom at all."""
        memory = self.memory
        return Importers(imports, lambda path: memory.read(memory.row_bit(path)), lambda: memory.read(memory.bit(_IMPORTS)))

    # --- modules ------------------------------------------------------------------------------------------------------

    @property
    def outlines(self) -> Sequence[ModuleScope]:
        self.memory.read(self.memory.bit(_OUTLINES))
        return [self._all_modules[path] for path in self._all_modules if path not in self._modules]

    @property
    def made(self) -> frozenset[str]:
        """The files that somebody has looked into, as far as modules are made when they are asked for."""
        return frozenset(self._modules.made if isinstance(self._modules, OnDemand) else self._modules)

    def outline(self, path: str) -> ModuleScope | None:
        """The module at ``path``, if nothing but its imports is known."""
        self.memory.read(self.memory.bit(path))
        module = self._all_modules.get(path)
        return module if module is not None and module.facts.outline else None

    @property
    def importers(self) -> Importers:
        if self._importers is None:
            self._importers = self._make_importers()
        return self._importers

    def finding(self, key: tuple[Any, ...]) -> Iterable[ModuleScope | Known]:
        """The modules in which a question that is asked of each may find something, in their order, or what it finds."""
        found = self.earlier.finding(key) if self.earlier is not None else None
        return self.modules.values() if found is None else map(self._asked_or_known, found)

    def speaking(self, key: tuple[Any, ...], path: str) -> Iterable[ModuleScope | Known] | None:
        """Those of them that may speak of the file at ``path``, or what they say; None: nobody knows before all were asked."""
        found = self.earlier.speaking(key, path) if self.earlier is not None else None
        return None if found is None else map(self._asked_or_known, found)

    def _asked_or_known(self, found: InModule) -> ModuleScope | Known:
        return Known(found.answer) if found.answer is not None else self.modules[found.path]

    def is_silent(self, key: tuple[Any, ...], path: str) -> bool:
        """Whether the answer to a question that is told by file is known to say nothing of the file at ``path``."""
        return self.earlier is not None and self.earlier.is_silent(key, path)

    def importers_of_name(self, path: str, name: str) -> Mapping[str, Place]:
        """The modules that import ``name`` of the module at ``path``, also through modules that pass it on."""
        return _importers_of_name(self, path, name)

    def attribute_places(self, path: str) -> AttributePlaces:
        """Where the module at ``path`` reads attributes of modules that it imports; nowhere, if it was not read."""
        module = self.modules.get(path)
        return _attribute_places(self, module) if module is not None else {}

    def imports_of(self, module: ModuleScope) -> ModuleImports:
        """What a module imports from others of the project."""
        if module not in self._imports:
            self._imports[module] = imports_of(module, self.layout)
        return self._imports[module]

    def role(self, module: ModuleScope) -> Role:
        return _role(self, module)

    def is_requested(self, code: str) -> bool:
        """Whether a finding on request of this rule is shown: where it is not, nobody wants its fix."""
        return self._requested is None or code in self._requested

    def is_program(self, module: ModuleScope) -> bool:
        """Whether ``module`` is there to be run: nothing imports it, and it has nothing to import."""
        return not self.importers.of_module(module.path) and runs_only_as_program(module)

    def functions(self) -> Iterator[FunctionScope]:
        """Every function of the project."""
        for module in self.modules.values():
            yield from module.functions

    def source(self, scope: Scope) -> Source:
        return self._sources[scope.module.path]

    def mentions(self, module: ModuleScope, word: str) -> bool:
        """Whether the text of ``module`` holds ``word``: what is quickly ruled out need not be looked for."""
        return self._sources[module.path].mentions(word)

    # --- calls --------------------------------------------------------------------------------------------------------

    def calls_in(self, scope: Scope) -> Sequence[Site]:
        """The calls of ``scope``'s own body, in source order."""
        return _calls_by_scope(self, scope.module).get(scope, ())

    def calls(self) -> Iterable[Site]:
        """Every call of the project."""
        return (site for module in self.modules.values() for site in module.calls)

    def call_at(self, place: Place) -> Site | None:
        """The call that stands at ``place``, in a file that was read."""
        module = self.modules.get(place.path)
        return _calls_by_span(self, module).get(place.span) if module is not None else None

    def calls_of(self, *callees: type[kinds.Kind], within: ModuleScope | None = None) -> Sequence[Site]:
        """The calls of things of these kinds (``within`` a module), in the order of ``calls``; most are of something unknown."""
        return _gathered(_calls_by_callee(self, within), within, callees) if within else _calls_of(self, *callees)

    def calls_giving(self, *results: type[kinds.Kind], within: ModuleScope | None = None) -> Sequence[Site]:
        """The calls that give things of these kinds, in the order of ``calls``."""
        return _gathered(_calls_by_result(self, within), within, results) if within else _calls_giving(self, *results)

    def calls_of_external(self, *names: str, within: ModuleScope | None = None) -> Sequence[Site]:
        """The calls of the library objects of these names, in the order of ``calls``."""
        return _gathered(_calls_by_library_name(self, within), within, names) if within else _calls_of_external(self, *names)

    def calls_of_package(self, prefix: str, within: ModuleScope) -> Sequence[Site]:
        """The calls in a module of library objects whose names begin with ``prefix``, in source order."""
        groups = _calls_by_library_name(self, within)
        return _gathered(groups, within, [name for name in groups if str(name).startswith(prefix)])

    def calls_into_unread(self, within: ModuleScope) -> Sequence[Site]:
        """The calls in a module of what would be known if a file of the project had been read, in source order."""
        return _calls_by_callee(self, within).get(_UNREAD, ())

    def calls_named(self, *names: str) -> Sequence[Site]:
        """The calls of what goes by one of these names, ``name(...)`` and ``anything.name(...)``, in the order of ``calls``.

        Calls of what another call gives go by the name "()".
        """
        return _calls_named(self, *names)

    def in_order(self, *some: Sequence[Site]) -> Sequence[Site]:
        """Groups of calls, each group in the order of ``calls``, as one of that order; each call once."""
        if len(some) == 1:
            return tuple(some[0])
        found = {site for sites in some for site in sites}
        modules = sorted({site.scope.module for site in found}, key=attrgetter("path"))
        return [site for module in modules for site in module.calls if site in found]


class _Reading(Mapping[str, T]):
    """Things of files by path; whoever looks is taken down."""

    def __init__(self, memory: Memory, things: Mapping[str, T]) -> None:
        self._memory = memory
        self._things = things

    def __getitem__(self, path: str) -> T:
        self._memory.read(self._memory.bit(path))
        return self._things[path]

    def __iter__(self) -> Iterator[str]:
        self._memory.read(EVERYTHING)
        return iter(self._things)

    def values(self) -> ValuesView[T]:
        self._memory.read(EVERYTHING)  # in which each of them is
        return self._things.values()

    def __len__(self) -> int:
        self._memory.read(EVERYTHING)
        return len(self._things)


# --- what is remembered of a module -----------------------------------------------------------------------------------


@question(Role.APPLICATION)
def _role(project: Project, module: ModuleScope) -> Role:
    return role_of(module, project.layout.full_path(module.path), imported=module.path in _imported(project))


@question(dict[tuple[str, str], Place]())
def _attribute_places(project: Project, module: ModuleScope) -> AttributePlaces:
    return attribute_places(module, project.imports_of(module))


@question(dict[Scope, list[Site]]())
def _calls_by_scope(project: Project, module: ModuleScope) -> Mapping[Scope, Sequence[Site]]:
    found: dict[Scope, list[Site]] = defaultdict(list)
    for site in module.calls:
        found[site.scope].append(site)
    return _kept(found)


@question(dict[Span, Site]())
def _calls_by_span(project: Project, module: ModuleScope) -> Mapping[Span, Site]:
    return {site.term.span: site for site in reversed(module.calls)}


@question(dict[object, list[Site]]())
def _calls_by_callee(project: Project, module: ModuleScope) -> _Groups:
    kind, found = project.kind, defaultdict[object, list[Site]](list)
    for site in module.calls:
        assert isinstance(site.term, Call)
        callee = kind(site.term.func, site.scope)
        found[type(callee)].append(site)
        if isinstance(callee, kinds.Unknown) and callee.unread is not None:
            found[_UNREAD].append(site)
    return _kept(found)


@question(dict[object, list[Site]]())
def _calls_by_result(project: Project, module: ModuleScope) -> _Groups:
    kind, found = project.kind, defaultdict[object, list[Site]](list)
    known = [sites for callee, sites in _calls_by_callee(project, module).items() if callee not in (kinds.Unknown, _UNREAD)]
    for site in module.in_order(known):
        result = type(kind(site.term, site.scope))
        if result is not kinds.Unknown:  # which most are, and nobody asks for
            found[result].append(site)
    return _kept(found)


@question(dict[object, list[Site]]())
def _calls_by_library_name(project: Project, module: ModuleScope) -> _Groups:
    found = defaultdict[object, list[Site]](list)
    for site in project.calls_of(kinds.External, within=module):
        callee = project.kind(site.term.func, site.scope) if isinstance(site.term, Call) else None
        if isinstance(callee, kinds.External):
            found[callee.name].append(site)
    return _kept(found)


def _kept(groups: Mapping[KeyT, Sequence[Site]]) -> Mapping[KeyT, Sequence[Site]]:
    """There are many of few sites, which a list keeps twice the room for."""
    return {key: tuple(sites) for key, sites in groups.items()}


def _gathered(groups: _Groups, module: ModuleScope, keys: Iterable[object]) -> Sequence[Site]:
    return module.in_order([groups[key] for key in keys if key in groups])


# --- what is remembered of the whole project --------------------------------------------------------------------------


@question(frozenset[str]())
def _imported(project: Project) -> frozenset[str]:
    """The paths of the modules that others import, wherever."""
    return project.importers.imported()


@gathered
def _calls_of(project: Project, module: ModuleScope, *callees: type[kinds.Kind]) -> Iterable[Site]:
    return project.calls_of(*callees, within=module)


@gathered
def _calls_giving(project: Project, module: ModuleScope, *results: type[kinds.Kind]) -> Iterable[Site]:
    return project.calls_giving(*results, within=module)


@gathered
def _calls_of_external(project: Project, module: ModuleScope, *names: str) -> Iterable[Site]:
    return project.calls_of_external(*names, within=module)


@gathered
def _calls_named(_: Project, module: ModuleScope, *names: str) -> Iterable[Site]:
    return module.calls_named(names)


@question(dict[str, Place]())
def _importers_of_name(project: Project, path: str, name: str) -> Mapping[str, Place]:
    return project.importers.of_name(path, name, project.attribute_places)


def link(
    facts: Iterable[ModuleFacts],
    sources: Mapping[str, Source],
    targets: Targets = _NEWEST,
    source_roots: Sequence[str] = (),
    vocabulary: Vocabulary = _NO_WORDS,
) -> Project:
    """A project of these facts (any order gives the same answer), linked once."""
    project = Project(targets, vocabulary, source_roots)
    project.link({module.path: module for module in facts}, sources)
    return project
