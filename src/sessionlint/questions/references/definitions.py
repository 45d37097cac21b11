"""From a name to what was written for it: through assignments, imports and re-exports to the term itself."""

from collections.abc import Sequence

from sessionlint.link.names.scopes import Binding, ImportBinding, ModuleScope, Scope, ValueBinding
from sessionlint.link.project import Project
from sessionlint.link.question import remembered
from sessionlint.link.values import kinds
from sessionlint.model.facts import Attribute, Name, Term

_DEPTH = 8


def written_for(project: Project, term: Term, scope: Scope, depth: int = _DEPTH) -> tuple[Term, Scope] | None:
    """The term that ``term``, when it is a name, stands for, and the scope in which that is read; itself when it is none.

    None for a name that is bound twice or in another way than by assignment and import, or whose file was not read.
    """
    if not isinstance(term, Name | Attribute):
        return term, scope
    if not depth:
        return None
    if isinstance(term, Attribute):
        owner = project.kind(term.value, scope)
        module = project.modules.get(owner.path) if isinstance(owner, kinds.ModuleKind) else None
        return _member(project, module, term.attr, depth)
    home = project.evaluator.home(term.id, scope)
    if home is not None:
        return _bound(project, home.bindings[term.id], depth)
    return _starred(project, scope.module, term.id, depth)


def _member(project: Project, module: ModuleScope | None, name: str, depth: int) -> tuple[Term, Scope] | None:
    if module is None:
        return None
    return _bound(project, module.bindings[name], depth) if name in module.bindings else _starred(project, module, name, depth)


def _bound(project: Project, bindings: Sequence[Binding], depth: int) -> tuple[Term, Scope] | None:
    match bindings if depth > 0 else []:
        case [ValueBinding(scope=scope, value=value, path=())] if value is not None:
            return written_for(project, value, scope, depth - 1)
        case [ImportBinding(importer=importer, module=module, level=level, name=str() as name)]:
            path = project.layout.resolve(importer.path, module, level)
            return _member(project, project.modules.get(path or ""), name, depth - 1)
        case _:
            return None


def _starred(project: Project, module: ModuleScope, name: str, depth: int) -> tuple[Term, Scope] | None:
    if not module.star_imports or depth <= 0:
        return None
    return remembered(project, ("starred", module, name, depth), None, _find_starred, project, module, name, depth)


def _find_starred(project: Project, module: ModuleScope, name: str, depth: int) -> tuple[Term, Scope] | None:
    for star in module.star_imports:
        path = project.layout.resolve(module.path, star.module, star.level)
        found = _member(project, project.modules.get(path or ""), name, depth - 1)
        if found is not None:
            return found
    return None
