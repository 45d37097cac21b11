"""What other files have to do with how a module opens its sessions: they replace the factory there, or import the module."""

import re

from sessionlint.link.names.scopes import FunctionScope, ImportBinding
from sessionlint.link.project import Project
from sessionlint.model import walk
from sessionlint.model.facts import Call
from sessionlint.model.source import Place, Source, Span
from sessionlint.questions.providers.helper import Helper
from sessionlint.questions.sessions.lives import Life
from sessionlint.text.lines import lines_of


def replacement(project: Project, life: Life) -> Place | None:
    """Where another file replaces the factory in this module by its name, as tests do: ``patch("app.tasks.SessionLocal")``."""
    call, module = life.opening.term, life.scope.module
    name = (walk.dotted(call.func) or "").partition(".")[0] if isinstance(call, Call) else ""
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


def _is_lazy(project: Project, place: Place) -> bool:
    """Whether an import runs only when a function does."""
    module = project.modules.get(place.path)
    return module is not None and any(function.node.span.contains(place.span) for function in module.functions)


def imports_back(project: Project, life: Life, helper: Helper) -> bool:
    """Whether a module-level import of the helper would close a circle."""
    module, call = life.scope.module, life.opening.term
    if helper.home is None or helper.home[0] == module.path:
        return False
    name = (walk.dotted(call.func) or "").partition(".")[0] if isinstance(call, Call) else ""
    home = project.evaluator.home(name, life.scope)
    bindings = home.bindings[name] if home is not None else []
    if isinstance(home, FunctionScope) and any(isinstance(binding, ImportBinding) for binding in bindings):
        return False  # imported when the function runs, and so will the helper be
    waiting, seen = [module.path], {module.path}
    while waiting:
        for importer, place in project.importers.of_module(waiting.pop()).items():
            if importer in seen or _is_lazy(project, place):
                continue
            if importer == helper.home[0]:
                return True
            seen.add(importer)
            waiting.append(importer)
    return False
