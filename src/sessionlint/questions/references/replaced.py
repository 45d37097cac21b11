"""Names of a module that code in other files replaces."""

import re
from collections.abc import Iterator, Mapping

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.link.question import collected, question
from sessionlint.model.source import Place, Source, Span
from sessionlint.text.lines import lines_of


def replacement(project: Project, module: ModuleScope, name: str) -> Place | None:
    """Where another file replaces ``name`` in a module, as tests do: ``patch("app.tasks.SessionLocal")``."""
    places = _replacements(project, name).get(module.name.rpartition(".")[2], ())
    return next((place for place in places if place.path != module.path), None)


@question(dict[str, list[Place]]())
def _replacements(project: Project, name: str) -> Mapping[str, list[Place]]:
    """The first place in each file, by the last part of the module's name."""
    found: dict[str, list[Place]] = {}
    modules = {module.path: module for module in (*project.modules.values(), *project.outlines)}
    for path in sorted(modules):
        for leaf, place in _replaced_in(project, modules[path], name):
            found.setdefault(leaf, []).append(place)
    return found


@collected
def _replaced_in(project: Project, module: ModuleScope, name: str) -> Iterator[tuple[str, Place]]:
    source = project.source(module)
    if not source.mentions(name):
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
