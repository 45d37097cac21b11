"""Texts to a linked project, parsing only what can matter."""

from collections.abc import Callable, Iterable, Mapping

from sessionlint.extract.outline import outline
from sessionlint.extract.prefilter import is_relevant, names_pattern
from sessionlint.link.event_loops import unread_coroutines
from sessionlint.link.project import Project
from sessionlint.link.vocabulary import session_names
from sessionlint.model.facts import ModuleFacts
from sessionlint.model.source import Source

Link = Callable[[Iterable[ModuleFacts]], Project]


def linked(sources: Mapping[str, Source], known: Mapping[str, ModuleFacts], link: Link) -> Project:
    """The project of all ``sources`` that speak of sessions, of a name that another one binds to such a thing, or that
    hold a function to which a session is handed or a coroutine that is run.

    ``known`` are facts that need no new look.
    """
    facts = {path: module for path, module in known.items() if not module.outline}
    waiting = {path: _bytes(source) for path, source in sources.items() if path not in facts}
    outlines = {path: known.get(path) or outline(sources[path]) for path in waiting}
    relevant = [path for path, data in waiting.items() if is_relevant(path, data)]
    searched: frozenset[str] = frozenset()
    while True:
        facts |= _extracted(sources[path] for path in relevant)
        for path in relevant:
            del waiting[path]
        project = link((*facts.values(), *(outlines[path] for path in waiting)))
        names = session_names(project) - searched
        searched |= names
        pattern = names_pattern(names)
        relevant = [path for path, data in waiting.items() if pattern.search(data)]
        relevant = relevant or sorted({*project.unread, *unread_coroutines(project)} & waiting.keys())
        if not relevant:
            return project


def linked_without_prefilter(sources: Mapping[str, Source], known: Mapping[str, ModuleFacts], link: Link) -> Project:
    """As ``linked``, with every file parsed; for tests that compare the two."""
    missing = _extracted(source for path, source in sources.items() if path not in known)
    return link((*known.values(), *missing.values()))


def _extracted(sources: Iterable[Source]) -> dict[str, ModuleFacts]:
    sources = list(sources)
    if not sources:
        return {}  # and libcst, which takes longer to import than most runs take, stays where it is
    from sessionlint.extract.module import extract

    return {source.path: extract(source) for source in sources}


def _bytes(source: Source) -> bytes:
    return source.text.encode("utf-8", "surrogatepass")
