"""From ``def get_db() -> Session:`` to ``def get_db() -> Generator[Session, None, None]:``."""

from sessionlint.edits.imports import Wanted, change_imports
from sessionlint.link.names.scopes import FunctionScope
from sessionlint.link.project import Project
from sessionlint.model import walk
from sessionlint.model.facts import Constant, Name, Term
from sessionlint.model.finding import Applicability, Edit, Fix
from sessionlint.model.source import Place
from sessionlint.questions.providers.lent_types import annotation_is_inert
from sessionlint.questions.providers.providers import MisannotatedProvider
from sessionlint.text.lines import lines_of


def generator_annotation_fix(project: Project, provider: MisannotatedProvider) -> Fix | None:
    """The fix of SES401; None when the names it needs cannot be had in the file, or a decorator may read the annotation."""
    edits = annotation_edits(project, provider) if annotation_is_inert(project, provider.function) else None
    return Fix(f"annotate it as `{provider.generator}`", edits, Applicability.SAFE) if edits is not None else None


def annotation_edits(project: Project, provider: MisannotatedProvider) -> tuple[Edit, ...] | None:
    """The edits that annotate a provider as the generator that it is, with the imports that takes."""
    function = provider.function
    module, annotation = function.module, function.node.returns
    assert annotation is not None
    source = project.source(function)
    if lines_of(source.text).comments_in(annotation.span):
        return None
    quoted = isinstance(annotation, Constant) and isinstance(annotation.value, str)
    generator = generator_wanted(project, function, quoted=quoted, is_async=provider.is_async)
    session = None if provider.element_term is not None else _session_class(provider, quoted)
    kept = _names(provider.element_term) if provider.element_term is not None else {provider.element}
    unused = [name for name in sorted(_names(annotation) - kept) if not project.importers_of_name(module.path, name)]
    add = [generator, *([session] if session is not None else [])]
    imports = change_imports(module.facts, source, add, unused, [annotation.span])
    if imports is None:
        return None
    element = imports.spellings[session] if session is not None else provider.element
    text = f"{imports.spellings[generator]}[{element}, {'None' if provider.is_async else 'None, None'}]"
    if quoted:
        quote = source.text[annotation.span.end - 1]
        text = f"{quote}{text}{quote}"
    edit = Edit(Place(module.path, annotation.span), text)
    return edit, *imports.edits


def _names(term: Term) -> set[str]:
    return {inner.id for inner, _ in walk.descend(term) if isinstance(inner, Name)}


def generator_wanted(project: Project, function: FunctionScope, *, quoted: bool, is_async: bool | None = None) -> Wanted:
    """``Generator`` or ``AsyncGenerator`` (as ``is_async``, or the function itself, says) for the annotation of ``function``."""
    name = "AsyncGenerator" if (function.node.is_async if is_async is None else is_async) else "Generator"
    modules: tuple[str, ...] = ("collections.abc", "typing", "typing_extensions")
    if project.targets.python is not None and project.targets.python < (3, 9):
        modules = modules[1:]  # collections.abc.Generator takes no parameters before 3.9
    alternatives = tuple((module, name) for module in modules[1:])
    return Wanted(modules[0], name, alternatives, function.node.span, for_annotation=True, quoted=quoted)


def _session_class(provider: MisannotatedProvider, quoted: bool) -> Wanted:
    at = provider.function.node.span
    if provider.session.is_async:
        other = (("sqlmodel.ext.asyncio.session", "AsyncSession"),)
        return Wanted("sqlalchemy.ext.asyncio", "AsyncSession", other, at, for_annotation=True, quoted=quoted)
    return Wanted("sqlalchemy.orm", "Session", (("sqlmodel", "Session"),), at, for_annotation=True, quoted=quoted)
