"""Texts to a linked project, parsing only what can matter."""

from collections.abc import Callable, Iterable, Mapping

from sessionlint.extract.prefilter import names_pattern
from sessionlint.link.event_loops import unread_coroutines
from sessionlint.link.project import Project
from sessionlint.link.registries import unread_users
from sessionlint.link.vocabulary import session_names
from sessionlint.model.facts import ModuleFacts
from sessionlint.model.source import Source
from sessionlint.run.extractor import Extractor, Text

Link = Callable[[Iterable[ModuleFacts]], Project]


def linked(sources: Mapping[str, Source], known: Mapping[str, ModuleFacts], link: Link, extractor: Extractor) -> Project:
    """The project of all ``sources`` that speak of sessions, of a name that another one binds to such a thing, that
    hold a function to which a session is handed or a coroutine that is run, or coroutines that use a registry.

    ``known`` are facts that need no new look.
    """
    facts = {path: module for path, module in known.items() if not module.outline}
    with extractor.timings.stage("prefilter"):
        waiting = {path: Text(source) for path, source in sources.items() if path not in facts}
    looks = extractor.looks(waiting.values())
    outlines = {path: known.get(path) or look.outline for path, look in looks.items()}
    relevant = [path for path, look in looks.items() if look.telling]
    searched: frozenset[str] = frozenset()
    while True:
        facts |= extractor.facts([waiting.pop(path) for path in relevant])
        with extractor.timings.stage("link"):
            project = link((*facts.values(), *(outlines[path] for path in waiting)))
            names = session_names(project) - searched
            unread = {*project.unread, *unread_coroutines(project), *unread_users(project)}
        searched |= names
        with extractor.timings.stage("prefilter"):
            pattern = names_pattern(names)
            relevant = [path for path, text in waiting.items() if pattern.search(text.data)]
        relevant = relevant or sorted(unread & waiting.keys())
        if not relevant:
            return project


def linked_without_prefilter(
    sources: Mapping[str, Source], known: Mapping[str, ModuleFacts], link: Link, extractor: Extractor
) -> Project:
    """As ``linked``, with every file parsed; for tests that compare the two."""
    missing = extractor.facts([Text(source) for path, source in sources.items() if path not in known])
    return link((*known.values(), *missing.values()))
