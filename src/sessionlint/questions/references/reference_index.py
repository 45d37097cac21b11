"""What the search for references looks up."""

from collections.abc import Iterator, Sequence

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.link.question import gathered, postings
from sessionlint.questions.references.outlines import outlines_that_may_speak
from sessionlint.questions.references.own_names import OwnNames, own_names
from sessionlint.questions.references.spellings import Spelling, spellings


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
        paths = {*spelled, *_star_importers(self._project, module.path), *_unreadable(self._project)}
        paths |= {path for path in self._project.importers.directly(module.path, name) if path in modules}
        yield from ((modules[path], spelled.get(path, ())) for path in sorted(paths))

    def unread_suspects(self, module: ModuleScope, name: str) -> Iterator[ModuleScope]:
        """The files of which only the imports are known that may import ``name`` of ``module``, or speak of ``module.name``."""
        speaking = outlines_that_may_speak(self._project, last_part(module), name)
        paths = {*self._project.importers.directly(module.path, name), *speaking}
        outlines = (self._project.outline(path) for path in sorted(paths))
        yield from (outline for outline in outlines if outline is not None)


@postings
def _star_importers(project: Project, module: ModuleScope) -> Iterator[tuple[str, str]]:
    for star in module.star_imports:
        path = project.layout.resolve(module.path, star.module, star.level)
        if path is not None:
            yield path, module.path


@gathered
def _unreadable(_: Project, module: ModuleScope) -> Iterator[str]:
    if is_unreadable(module):
        yield module.path


def is_unreadable(module: ModuleScope) -> bool:
    """Whether nothing is known of what stands in the file, which may be anything."""
    facts = module.facts
    return facts.problem is not None or facts.skipped is not None or facts.failure is not None


def last_part(module: ModuleScope) -> str:
    """What the module is called by who has imported it from its package."""
    return module.name.rpartition(".")[2]
