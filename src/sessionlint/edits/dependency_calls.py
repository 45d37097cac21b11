"""Putting ``Depends(...)`` around a provider, and taking a call out of it."""

from sessionlint.edits.arguments import parentheses
from sessionlint.edits.imports import Wanted, change_imports
from sessionlint.edits.session_arguments import droppable_names
from sessionlint.link.names.scopes import FunctionScope, Scope
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model.facts import Call, Term
from sessionlint.model.finding import Applicability, Edit, Fix
from sessionlint.model.source import Place, Span
from sessionlint.questions.providers.consumptions import Consumption
from sessionlint.questions.providers.missing_depends import Undeclared
from sessionlint.questions.providers.usage_table import Provider
from sessionlint.text.lines import lines_of

_PLAIN = (Provider.GENERATOR, Provider.ASYNC_GENERATOR)
_ADVANCING = (kinds.External("builtins.next"), kinds.External("builtins.anext"))


def uncalled_fix(project: Project, found: Consumption) -> Fix | None:
    """From ``Depends(get_db())`` and ``Depends(next(get_db()))`` to ``Depends(get_db)``.

    None where the call has arguments, or where what is called is nothing that ``Depends`` can use.
    """
    outer = found.dependency.provider if found.dependency is not None else None
    if not isinstance(outer, Call):
        return None
    call = _advanced(project, outer, found.scope) or outer
    if call.args or not _is_plain_generator(project, call.func, found.scope):
        return None
    assert found.dependency is not None
    if not _fits(project, call.func, found.scope, found.dependency.annotation, found.dependency.function):
        return None
    source = project.source(found.scope)
    func = call.func.span
    before = Span(outer.span.start, func.start) if call is not outer else Span(func.start, func.start)
    behind = Span(parentheses(source, call).start if call is outer else func.end, outer.span.end)
    if any(lines_of(source.text).comments_in(gap) for gap in (before, behind)):
        return None
    edits = tuple(Edit(Place(source.path, gap), "") for gap in (before, behind) if gap.start < gap.end)
    return Fix("give `Depends` the provider itself", edits, Applicability.SAFE)


def _advanced(project: Project, outer: Call, scope: Scope) -> Call | None:
    """The ``get_db()`` of ``next(get_db())``."""
    if project.kind(outer.func, scope) not in _ADVANCING or len(outer.args) != 1:
        return None
    given = outer.args[0]
    return given.term if isinstance(given.term, Call) and not given.star and given.keyword is None else None


def _is_plain_generator(project: Project, term: Term, scope: Scope) -> bool:
    """Whether ``term`` is an undecorated generator function that can be called without arguments of the caller's."""
    kind = project.kind(term, scope)
    if not isinstance(kind, kinds.FunctionKind) or kind.wrapped or kind.function.owner is not None:
        return False
    return kind.function.node.is_generator and not kind.function.node.decorators


def _fits(project: Project, provider: Term, scope: Scope, annotation: Term | None, user: FunctionScope | None) -> bool:
    """Whether the session that ``provider`` lends is of the kind that its user expects: else one error would become another."""
    kind = project.kind(provider, scope)
    assert isinstance(kind, kinds.FunctionKind)
    lent = project.evaluator.yielded(kind.function)
    said = project.evaluator.annotated(annotation, scope) if annotation is not None else kinds.UNKNOWN
    if not isinstance(lent, kinds.Session):
        return False
    if isinstance(said, kinds.Session):
        return said.is_async == lent.is_async
    return lent.is_async or user is None or not user.node.is_async


def declared_fix(project: Project, found: Undeclared) -> Fix | None:
    """Put ``Depends(...)`` around the provider that is written without it; None where none is, or it is no plain generator."""
    term, scope = found.term, found.function.parent or found.function.module
    if term is None:
        return None
    provider = term.func if isinstance(term, Call) else term
    if (isinstance(term, Call) and term.args) or not _is_plain_generator(project, provider, scope):
        return None
    if not _fits(project, provider, scope, found.parameter.annotation, found.function):
        return None
    source, module = project.source(found.function), found.function.module
    wanted = Wanted(
        "fastapi", "Depends", (("fastapi.param_functions", "Depends"), ("fastapi.params", "Depends")), found.function.node.span
    )
    imports = change_imports(module.facts, source, [wanted])
    behind = Span(provider.span.end, provider.span.end)
    if isinstance(term, Call):
        behind = Span(parentheses(source, term).start, term.span.end)
    if imports is None or lines_of(source.text).comments_in(behind):
        return None
    start = provider.span.start
    edits = (
        Edit(Place(module.path, Span(start, start)), f"{imports.spellings[wanted]}("),
        Edit(Place(module.path, behind), ")"),
    )
    return Fix("tell FastAPI with `Depends`", (*edits, *imports.edits), Applicability.UNSAFE)


def unwrapped(project: Project, found: Consumption) -> Fix | None:
    """From ``Depends(contextmanager(get_db))`` to ``Depends(get_db)``; None where the decorator stands elsewhere."""
    wrapper = found.dependency.provider if found.dependency is not None else None
    if not isinstance(wrapper, Call) or len(wrapper.args) != 1 or wrapper.args[0].star:
        return None
    inner = wrapper.args[0].term
    if not _is_plain_generator(project, inner, found.scope):
        return None
    source, module = project.source(found.scope), found.scope.module
    gaps = Span(wrapper.span.start, inner.span.start), Span(inner.span.end, wrapper.span.end)
    if any(lines_of(source.text).comments_in(gap) for gap in gaps):
        return None
    unused = droppable_names(project, module, [wrapper.func])
    imports = change_imports(module.facts, source, drop=unused, removed=[wrapper.func.span])
    edits = [Edit(Place(module.path, gap), "") for gap in gaps]
    return Fix("give `Depends` the generator", (*edits, *(imports.edits if imports else ())), Applicability.SAFE)
