"""Names of a module that code in other files replaces."""

import re
from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.link.question import gathered
from sessionlint.model.source import Place, Source, Span
from sessionlint.questions.references.outlines import outlines_with
from sessionlint.text.lines import lines_of


def replacement(project: Project, module: ModuleScope, name: str) -> Place | None:
    """Where another file replaces ``name`` in a module, as tests do: ``patch("app.tasks.SessionLocal")``."""
    last = module.name.rpartition(".")[2]
    replaced = (*_replaced(project, name), *_replaced_in_outlines(project, name))
    places = [place for leaf, place in replaced if leaf == last and place.path != module.path]
    return min(places, key=lambda place: place.path, default=None)


def _replaced_in_outlines(project: Project, name: str) -> Iterator[tuple[str, Place]]:
    for outline in map(project.outline, outlines_with(project, name)):
        if outline is not None:
            yield from _replaced.within(project, outline, name)


@gathered
def _replaced(project: Project, module: ModuleScope, name: str) -> Iterator[tuple[str, Place]]:
    """The first place of each module whose ``name`` is replaced, by the last part of the module's name."""
    source = project.source(module)
    if not any(source.mentions(f"{name}{quote}") for quote in "\"'"):
        return
    word = re.escape(name)
    pattern = re.compile(
        rf"""["'](?:\w+\.)*(\w+)\.{word}["']|(?:setattr|patch\.object)\(\s*(?:\w+\.)*(\w+)\s*,\s*["']{word}["']"""
    )
    told: set[str] = set()
    for found in pattern.finditer(source.text):
        leaf, span = found[1] or found[2], Span(*found.span())
        if leaf not in told and not _is_comment(source, span):
            told.add(leaf)
            yield leaf, Place(module.path, span)


def _is_comment(source: Source, span: Span) -> bool:
    lines = lines_of(source.text)
    line = Span(lines.start(span.start), lines.end(span.end))
    return any(Span(one.start, one.end).contains(span) for one in lines.comments_in(line))
