"""Names of a module that code in other files replaces."""

import re

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.source import Place, Source, Span
from sessionlint.text.lines import lines_of


def replacement(project: Project, module: ModuleScope, name: str) -> Place | None:
    """Where another file replaces ``name`` in a module, as tests do: ``patch("app.tasks.SessionLocal")``."""
    leaf = re.escape(module.name.rpartition(".")[2])
    pattern = re.compile(
        rf"""["'][\w.]*\b{leaf}\.{re.escape(name)}["']|setattr\(\s*[\w.]*\b{leaf}\s*,\s*["']{re.escape(name)}["']"""
        rf"""|patch\.object\(\s*[\w.]*\b{leaf}\s*,\s*["']{re.escape(name)}["']"""
    )
    for path, source in sorted(project.sources.items()):
        if path != module.path and name in source.text:
            for found in pattern.finditer(source.text):
                if not _is_comment(source, Span(*found.span())):
                    return Place(path, Span(*found.span()))
    return None


def _is_comment(source: Source, span: Span) -> bool:
    lines = lines_of(source.text)
    line = Span(lines.start(span.start), lines.end(span.end))
    return any(Span(one.start, one.end).contains(span) for one in lines.comments_in(line))
