"""The linked project: what rules ask."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeAlias

from sessionlint.link.memory import Memory
from sessionlint.link.names.importers import Importers, ModuleImports
from sessionlint.link.names.layout import Layout, layout_of
from sessionlint.link.names.roles import role_of
from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Scope, Site, build_module
from sessionlint.link.values import kinds
from sessionlint.link.values.evaluate import Evaluator
from sessionlint.link.values.trust import Trust
from sessionlint.model.facts import Call, ModuleFacts, Term
from sessionlint.model.role import Role
from sessionlint.model.source import Source
from sessionlint.model.targets import Targets
from sessionlint.model.wrappers import Vocabulary

_NEWEST = Targets()
_NO_WORDS = Vocabulary()

_Groups: TypeAlias = dict[object, dict[ModuleScope, list[Site]]]
_NONE: Mapping[ModuleScope, list[Site]] = {}


class Earlier:
    """What linking found out that holds for the same files among more of them: their scopes, and kinds of terms and names."""

    def __init__(self) -> None:
        self.scopes: dict[ModuleFacts, ModuleScope] = {}
        self.memory = Memory(kinds.is_same)
        self.imports: dict[ModuleScope, ModuleImports] = {}
        self.read: set[str] = set()


class Project:
    """All modules of a checked project, linked. ``modules`` are those that were read, in order of their paths; of the others
    ``outlines`` know the imports."""

    def __init__(
        self,
        facts: Mapping[str, ModuleFacts],
        sources: Mapping[str, Source],
        targets: Targets,
        layout: Layout,
        vocabulary: Vocabulary,
        earlier: Earlier | None = None,
    ) -> None:
        self.facts = facts
        self.sources = sources
        self.targets = targets
        self.layout = layout
        earlier = earlier or Earlier()
        scopes = earlier.scopes
        for path, module in facts.items():
            if module not in scopes:
                scopes[module] = build_module(module, layout.module_name(path))
        built = {path: scopes[module] for path, module in sorted(facts.items())}
        self.modules = {path: module for path, module in built.items() if not module.facts.outline}
        self._all_modules = built
        self._imports = earlier.imports
        self.outlines = [module for module in built.values() if module.facts.outline]
        self.trust = Trust(vocabulary, self.modules, layout)
        # what the configuration vouches for is told by modules that were read, whoever asks
        memory = Memory(kinds.is_same) if vocabulary.words else earlier.memory
        memory.forget(self.modules.keys() - earlier.read)
        earlier.read.update(self.modules)
        self.evaluator = Evaluator(self.modules, layout, self.trust, memory)
        self._roles: dict[str, Role] = {}
        self.memory = Memory()  # the answers to questions about this project
        # words whose absence left files without facts, and words that such files were searched for beyond that
        self.searched: set[str] = set()
        self.asked: set[str] = set()
        self.kind: Callable[[Term, Scope], kinds.Kind] = self.evaluator.kind

    def dissolve(self) -> None:
        """Let go of everything. A project is full of circles, which Python would keep while it collects no garbage."""
        vars(self).clear()

    @cached_property
    def _calls_by_scope(self) -> dict[Scope, list[Site]]:
        found: dict[Scope, list[Site]] = defaultdict(list)
        for site in self.calls():
            found[site.scope].append(site)
        return found

    def calls_in(self, scope: Scope) -> Sequence[Site]:
        """The calls of ``scope``'s own body, in source order."""
        return self._calls_by_scope.get(scope, ())

    @cached_property
    def importers(self) -> Importers:
        return Importers(self._all_modules, self.layout, self._imports)

    def role(self, module: ModuleScope) -> Role:
        if module.path not in self._roles:
            self._roles[module.path] = role_of(module, imported=bool(self.importers.of_module(module.path)))
        return self._roles[module.path]

    def calls(self) -> Sequence[Site]:
        """Every call of the project."""
        return self._calls

    @cached_property
    def _calls(self) -> tuple[Site, ...]:
        return tuple(site for module in self.modules.values() for site in module.calls)

    def calls_of(self, *callees: type[kinds.Kind], within: ModuleScope | None = None) -> Sequence[Site]:
        """The calls of things of these kinds (``within`` a module), in the order of ``calls``; most are of something unknown."""
        return self._gathered(self._calls_by_callee, callees, within)

    def calls_giving(self, *results: type[kinds.Kind], within: ModuleScope | None = None) -> Sequence[Site]:
        """The calls that give things of these kinds, in the order of ``calls``."""
        return self._gathered(self._calls_by_result, results, within)

    def calls_of_external(self, *names: str, within: ModuleScope | None = None) -> Sequence[Site]:
        """The calls of the library objects of these names, in the order of ``calls``."""
        return self._gathered(self._calls_by_library_name, names, within)

    def _gathered(self, groups: _Groups, keys: Iterable[object], within: ModuleScope | None) -> Sequence[Site]:
        if within is not None:
            return self.in_order(*(groups.get(key, _NONE).get(within, ()) for key in keys))
        return self.in_order(*(_joined(groups.get(key, _NONE)) for key in keys))

    @cached_property
    def _calls_by_callee(self) -> _Groups:
        callees = (self.kind(site.term.func, site.scope) if isinstance(site.term, Call) else None for site in self._calls)
        return _grouped(zip(map(type, callees), self._calls, strict=True))

    @cached_property
    def _calls_by_result(self) -> _Groups:
        return _grouped((type(self.kind(site.term, site.scope)), site) for site in self._calls)

    def calls_named(self, *names: str) -> Sequence[Site]:
        """The calls of what goes by one of these names, ``name(...)`` and ``anything.name(...)``, in the order of ``calls``.

        Calls of what another call gives go by the name "()".
        """
        return [site for module in self.modules.values() for site in module.calls_named(names)]

    def in_order(self, *some: Sequence[Site]) -> Sequence[Site]:
        """Groups of calls, each group in the order of ``calls``, as one of that order; each call once."""
        if len(some) == 1:
            return tuple(some[0])
        return sorted({site for sites in some for site in sites}, key=self._positions.__getitem__)

    @cached_property
    def _positions(self) -> Mapping[Site, int]:
        return {site: position for position, site in enumerate(self._calls)}

    def mentions(self, module: ModuleScope, word: str) -> bool:
        """Whether the text of ``module`` holds ``word``: what is quickly ruled out need not be looked for."""
        return word in self.sources[module.path].text

    def calls_of_package(self, prefix: str, within: ModuleScope | None = None) -> Sequence[Site]:
        """The calls of library objects whose names begin with ``prefix``, in the order of ``calls``."""
        names = [name for name in self._calls_by_library_name if isinstance(name, str) and name.startswith(prefix)]
        return self.calls_of_external(*names, within=within)

    @cached_property
    def _calls_by_library_name(self) -> _Groups:
        calls = [
            (site, self.kind(site.term.func, site.scope)) for site in self.calls_of(kinds.External) if isinstance(site.term, Call)
        ]
        return _grouped((callee.name, site) for site, callee in calls if isinstance(callee, kinds.External))

    def functions(self) -> Iterator[FunctionScope]:
        """Every function of the project."""
        for module in self.modules.values():
            yield from module.functions

    def source(self, scope: Scope) -> Source:
        return self.sources[scope.module.path]


def _grouped(calls: Iterable[tuple[object, Site]]) -> _Groups:
    """The calls by what is said of them, and by module."""
    found: _Groups = defaultdict(lambda: defaultdict(list))
    for key, site in calls:
        found[key][site.scope.module].append(site)
    return found


def _joined(by_module: Mapping[ModuleScope, Sequence[Site]]) -> Sequence[Site]:
    return [site for calls in by_module.values() for site in calls]


def link(
    facts: Iterable[ModuleFacts],
    sources: Mapping[str, Source],
    targets: Targets = _NEWEST,
    source_roots: Sequence[str] = (),
    vocabulary: Vocabulary = _NO_WORDS,
    earlier: Earlier | None = None,
) -> Project:
    """Link the facts of all files (any order gives the same answer).

    ``sources`` holds the text of each file by path, also of files that have no facts worth linking; ``source_roots`` are
    folders (relative, "" for the project root) from which absolute imports are resolved, beside those that the layout shows;
    ``vocabulary`` are the names that the project's configuration vouches for. ``earlier`` is used and filled; it may serve
    again for the same ``sources`` and more facts.
    """
    by_path = {module.path: module for module in facts}
    layout = layout_of(frozenset({*by_path, *sources}), tuple(source_roots))
    return Project(by_path, sources, targets, layout, vocabulary, earlier)
