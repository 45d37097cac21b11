"""Fixes that add an argument to a call that makes sessions, or take a superfluous one out."""

from collections.abc import Iterable

from sessionlint.edits.arguments import add_arguments, remove_argument
from sessionlint.edits.imports import change_imports
from sessionlint.link.names.scopes import ModuleScope, Scope
from sessionlint.link.project import Project
from sessionlint.model import walk
from sessionlint.model.facts import Call, Given, Term
from sessionlint.model.finding import Applicability, Fix


def droppable_names(project: Project, module: ModuleScope, terms: Iterable[Term]) -> list[str]:
    """The names in front of ``terms`` that no other file imports from ``module``: what an edit may leave unused there."""
    roots = dict.fromkeys((walk.dotted(term) or "").partition(".")[0] for term in terms)
    return [name for name in roots if name and not project.importers_of_name(module.path, name)]


def drop_argument_fix(project: Project, call: Call, argument: Given, scope: Scope) -> Fix | None:
    """Take ``argument``, which changes nothing, out of ``call``, and the import of what it names if nothing else needs it."""
    source, module = project.source(scope), scope.module
    dropped = remove_argument(source, call, argument)
    if dropped is None:
        return None
    names = droppable_names(project, module, [argument.term])
    imports = change_imports(module.facts, source, drop=names, removed=[argument.span])
    title = f"drop `{source.text[slice(*argument.span)]}`"
    return Fix(title, (dropped, *(imports.edits if imports else ())), Applicability.SAFE)


def add_argument_fix(project: Project, call: Call, written: str, scope: Scope) -> Fix | None:
    """Put ``written`` behind the arguments of ``call``; it changes what the program does."""
    edits = add_arguments(project.source(scope), call, [written])
    return Fix(f"add `{written}`", edits, Applicability.UNSAFE) if edits is not None else None
