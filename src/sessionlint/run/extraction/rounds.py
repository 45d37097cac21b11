"""Texts to a linked project, parsing only what can matter."""

from collections.abc import Callable, Container, Iterator, Mapping
from typing import TypeVar

from sessionlint.index.imports import imported_names
from sessionlint.index.words import is_read_from_something, words_before
from sessionlint.link.names.roles import is_test
from sessionlint.link.project import Project
from sessionlint.model.facts import ModuleFacts
from sessionlint.model.failure import file_of, told
from sessionlint.model.source import Source
from sessionlint.questions.frontier.files_to_read import wanted_files
from sessionlint.questions.frontier.session_names import Homes, in_reach, session_names
from sessionlint.questions.frontier.started import is_started_elsewhere
from sessionlint.questions.objects.unread import unread_by_objects
from sessionlint.run.extraction.extractor import Extractor, Text

Answer = TypeVar("Answer")


def link(project: Project, sources: Mapping[str, Source], known: Mapping[str, ModuleFacts], extractor: Extractor) -> None:
    """Make ``project`` that of all ``sources`` that speak of sessions, of a name that another one binds to such a thing, that
    hold a function to which a session is handed, one that handles a session's errors or a coroutine that is run, coroutines that
    use a registry, the class of a response that streams, or what starts event loops or processes, where that matters.

    ``known`` are facts that need no new look.
    """
    facts = {path: module for path, module in known.items() if not module.outline}
    with extractor.timings.stage("prefilter"):
        waiting = {path: Text(source) for path, source in sources.items() if path not in facts}
    looks = extractor.looks(waiting.values())
    outlines = {path: known.get(path) or look.outline for path, look in looks.items()}
    # what was parsed before it changed would be wanted again, and all be linked once without it and once with it
    before = {path for path, module in project.facts.items() if not module.outline}
    relevant = [path for path, look in looks.items() if look.telling or path in before]
    starting = frozenset(path for path, look in looks.items() if look.starting)
    searched: set[tuple[str, Homes]] = set()
    while True:
        facts |= extractor.facts([waiting.pop(path) for path in relevant])
        with extractor.timings.stage("link"):
            extractor.timings.step(0, 0, f"{len(facts):,} of {len(sources):,} files")
            named, wanted = _linked(project, sources, facts, outlines, waiting, _asked)
            names = dict(named.items() - searched)
        searched |= names.items()
        with extractor.timings.stage("prefilter"):
            relevant = sorted({*naming(project, names, waiting, outlines, extractor), *(wanted & waiting.keys())})
        if not relevant:
            with extractor.timings.stage("link"):
                last = _linked(project, sources, facts, outlines, waiting, _asked_last(starting), is_linked=True)
                relevant = sorted(last & waiting.keys())
        if not relevant:
            project.searched |= {name for name, _ in searched}
            return


def _asked(project: Project, _: Container[str]) -> tuple[Mapping[str, Homes], frozenset[str]]:
    """The names that speak of sessions in the project, and the files that it wants."""
    return session_names(project), wanted_files(project)


def _asked_last(starting: frozenset[str]) -> Callable[[Project, Container[str]], frozenset[str]]:
    """What is asked when nothing else is wanted, because to follow objects takes time: the files that are ``starting`` something,
    if that matters, or those that objects reach."""

    def asked(project: Project, waiting: Container[str]) -> frozenset[str]:
        wanted = frozenset(path for path in starting if path in waiting)
        return wanted if wanted and is_started_elsewhere(project) else frozenset(unread_by_objects(project))

    return asked


def deciding(project: Project) -> None:
    """Ask everything that decides which files are read."""
    session_names(project)
    wanted_files(project)
    is_started_elsewhere(project)
    frozenset(unread_by_objects(project))


def _linked(
    project: Project,
    sources: Mapping[str, Source],
    facts: dict[str, ModuleFacts],
    outlines: Mapping[str, ModuleFacts],
    waiting: Container[str],
    asked: Callable[[Project, Container[str]], Answer],
    *,
    is_linked: bool = False,
) -> Answer:
    """What is ``asked`` of the project made of all that; ``is_linked``: it is.

    A file over which linking or the answer fails is made one of which nothing is known but that; the rest is linked without it.
    """
    try:
        if not is_linked:
            project.link({**facts, **{path: module for path, module in outlines.items() if path in waiting}}, sources)
        return asked(project, waiting)
    except Exception as error:
        path = file_of(error, {path for path, module in facts.items() if module.failure is None})
        if path is None:
            raise
        facts[path] = ModuleFacts(path, failure=told(error))
    return _linked(project, sources, facts, outlines, waiting, asked)


def naming(
    project: Project,
    names: Mapping[str, Homes],
    waiting: Mapping[str, Text],
    outlines: Mapping[str, ModuleFacts],
    extractor: Extractor,
) -> Iterator[str]:
    """The files among those ``waiting`` that have one of ``names`` from where it comes from."""
    reach: dict[Homes, Container[str]] = {}
    for text, found in extractor.named(names, waiting.values()) if names else ():
        path = text.source.path
        imported = imported_names(outlines[path]) if found else ()
        for name in found:
            homes = names[name]
            if homes not in reach:
                reach[homes] = in_reach(project, homes)
            is_read = not homes or is_test(project.layout.full_path(path)) or is_read_from_something(name, text.data)
            is_had = is_read or name in imported
            if (is_had and path in reach[homes]) or (is_read and _is_spelled_out(project, name, homes, text.data)):
                yield path
                break


def _is_spelled_out(project: Project, name: str, homes: Homes, data: bytes) -> bool:
    """Whether a file without an import of ``homes`` has the name as ``module.name``, in a string or behind an odd import."""
    modules = (project.layout.module_name(path).rpartition(".")[2] for path in homes)
    before = words_before(name, data)
    return bool(before) and not before.isdisjoint(module.encode("utf-8", "replace") for module in modules)


def link_without_prefilter(
    project: Project, sources: Mapping[str, Source], known: Mapping[str, ModuleFacts], extractor: Extractor
) -> None:
    """As ``link``, with every file parsed; for tests that compare the two."""
    missing = extractor.facts([Text(source) for path, source in sources.items() if path not in known])
    project.link({**known, **missing}, sources)
