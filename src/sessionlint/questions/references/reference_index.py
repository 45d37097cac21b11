"""What the search for references looks up: made once for a project, when it is first asked for."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from sessionlint.link.names.scopes import ImportBinding, ModuleScope
from sessionlint.link.project import Project
from sessionlint.link.question import collected
from sessionlint.questions.references.dotted_words import DottedWords
from sessionlint.questions.references.own_names import OwnNames
from sessionlint.questions.references.spellings import Spelling, Spellings


class ReferenceIndex:
    """Where a module's names may be referred to."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._own_names: dict[ModuleScope, OwnNames] = {}

    def own_names(self, module: ModuleScope) -> OwnNames:
        if module not in self._own_names:
            self._own_names[module] = OwnNames(module)
        return self._own_names[module]

    def suspects(self, module: ModuleScope, name: str) -> Iterator[tuple[ModuleScope, Sequence[Spelling]]]:
        """The modules that may come by ``name`` of ``module``, in order of their paths, each with what it spells of it.

        They import it or everything, name it as an attribute or in a string, or cannot be read.
        """
        modules, spelled = self._project.modules, self._spellings.of(module.path, name)
        paths = {each.path for each in (*spelled, *self._star_importers.get(module.path, ()), *self._unreadable)}
        paths |= modules.keys() & self._project.importers.directly(module.path, name)
        yield from ((modules[path], spelled.get(modules[path], ())) for path in sorted(paths))

    def unread_suspects(self, module: ModuleScope, name: str) -> Iterator[ModuleScope]:
        """The files of which only the imports are known that may import ``name`` of ``module``, or speak of ``module.name``."""
        paths = {*self._project.importers.directly(module.path, name), *self._dotted_words.holding(last_part(module), name)}
        yield from (self._outlines[path] for path in sorted(self._outlines.keys() & paths))

    @cached_property
    def _spellings(self) -> Spellings:
        return Spellings(self._project, self._names)

    @cached_property
    def _names(self) -> frozenset[str]:
        """The names that can be asked for: what modules bind on their own level, other than what libraries give them."""
        may_resolve = self._project.layout.may_resolve
        return frozenset(
            name
            for module in self._project.modules.values()
            for name, bindings in module.bindings.items()
            if not all(isinstance(each, ImportBinding) and not may_resolve(each.module, each.level) for each in bindings)
        )

    @cached_property
    def _star_importers(self) -> Mapping[str | None, Sequence[ModuleScope]]:
        found: dict[str | None, list[ModuleScope]] = defaultdict(list)
        for module in self._project.modules.values():
            for star in module.star_imports:
                found[self._project.layout.resolve(module.path, star.module, star.level)].append(module)
        return found

    @cached_property
    def _unreadable(self) -> Sequence[ModuleScope]:
        return [module for module in self._project.modules.values() if is_unreadable(module)]

    @cached_property
    def _outlines(self) -> Mapping[str, ModuleScope]:
        return {module.path: module for module in self._project.outlines}

    @cached_property
    def _dotted_words(self) -> DottedWords:
        texts = ((path, self._project.sources[path].text) for path in self._outlines)
        return DottedWords(texts, map(last_part, self._project.modules.values()), self._names)


def is_unreadable(module: ModuleScope) -> bool:
    """Whether nothing is known of what stands in the file, which may be anything."""
    facts = module.facts
    return facts.problem is not None or facts.skipped is not None or facts.failure is not None


def last_part(module: ModuleScope) -> str:
    """What the module is called by who has imported it from its package."""
    return module.name.rpartition(".")[2]


@collected
def _index(project: Project) -> Iterator[ReferenceIndex]:
    yield ReferenceIndex(project)


def reference_index(project: Project) -> ReferenceIndex:
    return _index(project)[0]
