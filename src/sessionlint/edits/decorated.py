"""Making a generator that everybody enters a context manager, by its decorator."""

from sessionlint.edits.imports import Wanted, change_imports
from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Site
from sessionlint.link.project import Project
from sessionlint.model.facts import Call, With
from sessionlint.model.finding import Applicability, Edit, Fix
from sessionlint.model.source import Place, Span
from sessionlint.questions.providers.provider_shape import can_be_entered
from sessionlint.questions.references.references import references
from sessionlint.text.lines import lines_of


def decorator_for(function: FunctionScope) -> str:
    """The function of `contextlib` that makes a context manager of a generator function."""
    return "asynccontextmanager" if function.node.is_async else "contextmanager"


def decorated_fix(project: Project, function: FunctionScope) -> Fix | None:
    """Decorate the provider where it is defined; None unless every use of it in the project enters what it gives."""
    if not can_be_entered(project, function) or not _is_only_entered(project, function):
        return None
    source = project.source(function)
    wanted = Wanted("contextlib", decorator_for(function))
    imports = change_imports(function.module.facts, source, [wanted])
    if imports is None:
        return None
    start = function.node.span.start
    lines = lines_of(source.text)
    written = f"@{imports.spellings[wanted]}{lines.newline}{lines.indent(start)}"
    decorated = Edit(Place(source.path, Span(start, start)), written)
    title = f"decorate `{function.node.name}` with `@{imports.spellings[wanted]}`"
    return Fix(title, (decorated, *imports.edits), Applicability.UNSAFE)


def _is_only_entered(project: Project, function: FunctionScope) -> bool:
    home = function.parent
    if not isinstance(home, ModuleScope) or len(home.bindings[function.node.name]) != 1:
        return False
    found = references(project, home, function.node.name)
    spelled = [one for one in found.strings if not one.in_all]
    return not found.obstacles and not spelled and all(_is_entered(one.site, function) for one in found.mentions)


def _is_entered(site: Site, function: FunctionScope) -> bool:
    """``with provider() as db:``, of the provider's own colour."""
    match site.statement, site.path:
        case With(items=items, is_async=is_async), (Call(func=func) as call,):
            return func is site.term and is_async == function.node.is_async and any(item.context is call for item in items)
        case _:
            return False
