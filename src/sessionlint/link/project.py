"""The linked project: what rules ask."""

from collections.abc import Iterable, Mapping, Sequence

from sessionlint.model.facts import ModuleFacts
from sessionlint.model.source import Source
from sessionlint.model.targets import Targets


class Project:
    """All modules of a checked project, linked."""

    def __init__(self, facts: Mapping[str, ModuleFacts], sources: Mapping[str, Source], targets: Targets) -> None:
        self.facts = facts
        self.sources = sources
        self.targets = targets


def link(
    facts: Iterable[ModuleFacts],
    sources: Mapping[str, Source],
    targets: Targets = Targets(),
    source_roots: Sequence[str] = (),
) -> Project:
    """Link the facts of all files (any order gives the same answer).

    ``sources`` holds the text of each file by path; ``source_roots`` are folders (relative, "" for the project root)
    from which absolute imports are resolved, beside those that the layout shows.
    """
    return Project({module.path: module for module in facts}, sources, targets)
