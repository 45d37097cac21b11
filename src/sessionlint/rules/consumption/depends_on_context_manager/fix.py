"""From a ``@contextmanager`` in ``Depends`` to the plain generator function that FastAPI wants."""

from collections import defaultdict

from sessionlint.edits.arguments import parentheses
from sessionlint.edits.decorators import remove_decorator
from sessionlint.edits.dependency_calls import unwrapped
from sessionlint.edits.imports import Wanted, change_imports
from sessionlint.edits.session_arguments import droppable_names
from sessionlint.edits.unread_files import mentions_in_unread
from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Site
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model.facts import Call, Term, With
from sessionlint.model.finding import Applicability, Edit, Fix
from sessionlint.model.source import Place, Source, Span
from sessionlint.questions.providers.consumptions import Consumption
from sessionlint.questions.providers.other_uses import other_uses
from sessionlint.questions.providers.usage_table import Provider
from sessionlint.text.lines import lines_of

_DECORATORS = ("contextlib.contextmanager", "contextlib.asynccontextmanager")
_MANAGERS = (Provider.CONTEXT_MANAGER, Provider.ASYNC_CONTEXT_MANAGER)


def undecorated_fix(project: Project, found: Consumption) -> Fix | None:
    """Take the decorator off, and put it around the function where it is used in a ``with``; safe when it never is.

    None when somebody uses it in yet another way, or in a way that cannot be followed.
    """
    function = found.function
    if function is None or found.provider not in _MANAGERS:
        return None
    decorator = _decorator(project, function)
    if decorator is None:
        return unwrapped(project, found)
    uses = other_uses(project, function)
    if uses.unclear is not None or any(True for _ in mentions_in_unread(project, function)):
        return None
    source = project.source(function)
    removed = remove_decorator(source, decorator)
    rewritten = _rewritten(project, function, decorator, uses.mentions)
    if removed is None or rewritten is None or len(function.node.decorators) != 1:
        return None
    level = Applicability.UNSAFE if uses.mentions else Applicability.SAFE
    return Fix("take the decorator off", (removed, *rewritten), level)


def in_the_way(project: Project, found: Consumption) -> Place | None:
    """The use because of which the decorator cannot be taken off."""
    function = found.function
    if function is None or found.provider not in _MANAGERS or _decorator(project, function) is None:
        return None
    uses = other_uses(project, function)
    return next((site.place for site in uses.mentions if _entered_call(site) is None), uses.unclear)


def _decorator(project: Project, function: FunctionScope) -> Term | None:
    outside = function.parent or function.module
    for term in function.node.decorators:
        if project.kind(term, outside) in [kinds.External(name) for name in _DECORATORS]:
            return term
    return None


def _rewritten(project: Project, function: FunctionScope, decorator: Term, mentions: tuple[Site, ...]) -> tuple[Edit, ...] | None:
    """The edits of every file: ``with get_db()`` enters ``contextmanager(get_db)()``, and the imports follow."""
    name = "asynccontextmanager" if function.node.is_async else "contextmanager"
    by_module: dict[ModuleScope, list[Site]] = defaultdict(list)
    by_module[function.module] = []
    for site in mentions:
        by_module[site.scope.module].append(site)
    edits: list[Edit] = []
    for module, sites in by_module.items():
        here = _in_module(project, module, sites, name, decorator if module is function.module else None)
        if here is None:
            return None
        edits += here
    return tuple(edits)


def _in_module(project: Project, module: ModuleScope, sites: list[Site], name: str, decorator: Term | None) -> list[Edit] | None:
    source = project.sources[module.path]
    calls = [_entered_call(site) for site in sites]
    if any(call is None for call in calls):
        return None
    wanted = [Wanted("contextlib", name, at=call.span) for call in calls if call is not None]
    unused = droppable_names(project, module, [decorator]) if decorator is not None else []
    imports = change_imports(module.facts, source, wanted, unused, [decorator.span] if decorator is not None else [])
    if imports is None:
        return None
    edits = list(imports.edits)
    for call, want in zip(calls, wanted, strict=True):
        assert call is not None
        edit = _wrapped(source, call, imports.spellings[want])
        if edit is None:
            return None
        edits.append(edit)
    return edits


def _entered_call(site: Site) -> Call | None:
    """The call of the mentioned provider, when it stands right in a ``with``."""
    call = site.path[0] if site.path else None
    if not isinstance(call, Call) or call.func is not site.term or len(site.path) != 1 or not isinstance(site.statement, With):
        return None
    return call if any(item.context is call for item in site.statement.items) else None


def _wrapped(source: Source, call: Call, spelling: str) -> Edit | None:
    span = Span(call.span.start, parentheses(source, call).start)
    if lines_of(source.text).comments_in(span):
        return None
    return Edit(Place(source.path, span), f"{spelling}({source.text[slice(*call.func.span)]})")
