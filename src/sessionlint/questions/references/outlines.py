"""What stands in the text of files of which only the imports are known: they have to do with no session, and may speak of what
stands beside one all the same."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from sessionlint.index.dotted_words import letters_around_dots, letters_of
from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.link.question import by_path, collected, question


@collected
def outlines_with(project: Project, text: str) -> Iterator[str]:
    """The paths of those files that hold ``text``, in their order."""
    return (outline.path for outline in project.outlines if _holds(project, outline, text))


@question(False)
def _holds(project: Project, outline: ModuleScope, text: str) -> bool:
    return project.mentions(outline, text)


def outlines_that_may_speak(project: Project, before: str, after: str) -> Sequence[str]:
    """The paths of those files that may hold ``before.after``, in their order."""
    letters = letters_of(before, after)
    return outlines_with(project, f"{before}.{after}") if letters is None else _speaking(project, letters) or ()


@by_path
def _speaking(project: Project) -> Mapping[str, Sequence[str]]:
    """The paths by the letters around the dots of their texts."""
    found: dict[str, list[str]] = defaultdict(list)
    for outline in project.outlines:
        for letters in _letters(project, outline):
            found[letters].append(outline.path)
    return dict(found)


@question(frozenset[str]())
def _letters(project: Project, outline: ModuleScope) -> frozenset[str]:
    return letters_around_dots(project.source(outline).text)
