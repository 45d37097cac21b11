"""What the search for references looks up."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from sessionlint.index.dotted_words import end_of, pairs, start_of
from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.link.question import collected, question
from sessionlint.questions.references.own_names import OwnNames, own_names
from sessionlint.questions.references.spellings import Spelling, names_asked_for, spellings


class ReferenceIndex:
    """Where a module's names may be referred to."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def own_names(self, module: ModuleScope) -> OwnNames:
        return own_names(self._project, module)

    def suspects(self, module: ModuleScope, name: str) -> Iterator[tuple[ModuleScope, Sequence[Spelling]]]:
        """The modules that may come by ``name`` of ``module``, in order of their paths, each with what it spells of it.

        They import it or everything, name it as an attribute or in a string, or cannot be read.
        """
        modules, spelled = self._project.modules, spellings(self._project, module.path, name)
        paths = {*spelled, *_star_importers(self._project).get(module.path, ()), *_unreadable(self._project)}
        paths |= {path for path in self._project.importers.directly(module.path, name) if path in modules}
        yield from ((modules[path], spelled.get(path, ())) for path in sorted(paths))

    def unread_suspects(self, module: ModuleScope, name: str) -> Iterator[ModuleScope]:
        """The files of which only the imports are known that may import ``name`` of ``module``, or speak of ``module.name``."""
        outlines = _outlines(self._project)
        speaking = _speaking(self._project).get((end_of(last_part(module)), start_of(name)), ())
        paths = {*self._project.importers.directly(module.path, name), *speaking}
        yield from (outlines[path] for path in sorted(outlines.keys() & paths))


@question(dict[str, list[str]]())
def _star_importers(project: Project) -> Mapping[str | None, Sequence[str]]:
    found: dict[str | None, list[str]] = defaultdict(list)
    for module in project.modules.values():
        for star in module.star_imports:
            found[project.layout.resolve(module.path, star.module, star.level)].append(module.path)
    return dict(found)


@collected
def _unreadable(project: Project) -> Iterator[str]:
    return (module.path for module in project.modules.values() if is_unreadable(module))


@question(dict[str, ModuleScope]())
def _outlines(project: Project) -> Mapping[str, ModuleScope]:
    return {module.path: module for module in project.outlines}


@question(dict[tuple[str, str], list[str]]())
def _speaking(project: Project) -> Mapping[tuple[str, str], Sequence[str]]:
    """The paths of those files that may hold ``before.after``, also as a part of longer words."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for outline in _outlines(project).values():
        for pair in _pairs(project, outline):
            found[pair].append(outline.path)
    return dict(found)


@question(frozenset[tuple[str, str]]())
def _pairs(project: Project, outline: ModuleScope) -> frozenset[tuple[str, str]]:
    return frozenset(pairs(project.source(outline).text, _last_parts(project), _beginnings(project)))


@question(frozenset[str]())
def _last_parts(project: Project) -> frozenset[str]:
    return frozenset(end_of(last_part(module)) for module in project.modules.values())


@question(frozenset[str]())
def _beginnings(project: Project) -> frozenset[str]:
    return frozenset(map(start_of, names_asked_for(project)))


def is_unreadable(module: ModuleScope) -> bool:
    """Whether nothing is known of what stands in the file, which may be anything."""
    facts = module.facts
    return facts.problem is not None or facts.skipped is not None or facts.failure is not None


def last_part(module: ModuleScope) -> str:
    """What the module is called by who has imported it from its package."""
    return module.name.rpartition(".")[2]
