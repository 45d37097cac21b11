"""Saying in a generator's annotation what it is and what it lends."""

from sessionlint.edits.generator_annotation import generator_wanted
from sessionlint.edits.imports import Wanted, change_imports
from sessionlint.edits.session_arguments import droppable_names
from sessionlint.link.names.scopes import FunctionScope
from sessionlint.link.project import Project
from sessionlint.model.facts import Constant, Subscript
from sessionlint.model.finding import Applicability, Edit, Fix
from sessionlint.model.source import Place, Span
from sessionlint.questions.providers.lent_class import lent_class
from sessionlint.questions.providers.lent_types import AnnotatedGenerator, MistypedLoan, annotation_is_inert
from sessionlint.text.lexer import Token
from sessionlint.text.lines import lines_of


def missing_annotation_fix(project: Project, function: FunctionScope) -> Fix | None:
    """The fix of SES410: annotate what is certain; None where the class is the project's own, or a comment has the type."""
    lent = lent_class(project, function)
    if lent is None or not annotation_is_inert(project, function) or _has_type_comment(project, function):
        return None
    generator, session = generator_wanted(project, function, quoted=False), _session_wanted(lent, function)
    imports = change_imports(function.module.facts, project.source(function), [generator, session])
    if imports is None:
        return None
    nothing = "None" if function.node.is_async else "None, None"
    text = f" -> {imports.spellings[generator]}[{imports.spellings[session]}, {nothing}]"
    start = function.node.returns_span.start
    edit = Edit(Place(function.module.path, Span(start, start)), text)
    return Fix(f"annotate it as `{generator.name}`", (edit, *imports.edits), Applicability.SAFE)


def _has_type_comment(project: Project, function: FunctionScope) -> bool:
    lines, node = lines_of(project.source(function).text), function.node
    heads: list[Token] = lines.comments_in(Span(node.name_span.start, node.body[0].span.start))
    behind = lines.comment_behind(node.header_end)
    return any(one.text.startswith("# type:") for one in [*heads, *([behind] if behind else [])])


def manager_annotation_fix(project: Project, found: AnnotatedGenerator) -> Fix | None:
    """The fix of SES411: ``Iterator[Session]`` becomes ``Generator[Session, None, None]``; None for a bare ``Iterator``."""
    function, annotation = found.function, found.function.node.returns
    if annotation is None or found.element is None or not annotation_is_inert(project, function):
        return None
    source, module = project.source(function), function.module
    quoted = isinstance(annotation, Constant)
    if lines_of(source.text).comments_in(annotation.span) or (
        quoted and not _is_plain_string(source.text[slice(*annotation.span)])
    ):
        return None
    generator = generator_wanted(project, function, quoted=quoted)
    assert isinstance(found.term, Subscript)
    unused = droppable_names(project, module, [found.term.value])
    imports = change_imports(module.facts, source, [generator], unused, [annotation.span])
    if imports is None or len(found.term.items) != 1:
        return None
    written = source.text[slice(*annotation.span)].strip("\"'")
    element = written[written.index("[") + 1 : written.rindex("]")].strip().rstrip(",").rstrip()
    nothing = "None" if function.node.is_async else "None, None"
    text = f"{imports.spellings[generator]}[{element}, {nothing}]"
    quote = source.text[annotation.span.end - 1] if quoted else ""
    edit = Edit(Place(module.path, annotation.span), f"{quote}{text}{quote}")
    return Fix(f"annotate it as `{generator.name}`", (edit, *imports.edits), Applicability.SAFE)


def _is_plain_string(written: str) -> bool:
    """Whether a quoted annotation is one string without prefix, escapes or line breaks."""
    inner = written[1:-1]
    return written[0] == written[-1] and written[0] in "\"'" and not set(inner) & {'"', "'", "\\", "\n", "\r"}


def element_fix(project: Project, found: MistypedLoan) -> Fix | None:
    """The fix of SES412: name the class that is yielded; None where that is not certain, or what is yielded is wrong."""
    function, module = found.function, found.function.module
    lent = lent_class(project, function)
    if found.wanted is None or lent is None or not annotation_is_inert(project, function):
        return None
    source = project.source(function)
    if lines_of(source.text).comments_in(found.span):
        return None
    session = _session_wanted(lent, function)
    root = source.text[slice(*found.span)].partition(".")[0].strip()
    unused = [root] if root.isidentifier() and not project.importers_of_name(module.path, root) else []
    imports = change_imports(module.facts, source, [session], unused, [found.span])
    if imports is None:
        return None
    edit = Edit(Place(module.path, found.span), imports.spellings[session])
    return Fix(f"say that it yields `{session.name}`", (edit, *imports.edits), Applicability.SAFE)


_MODULES = {
    "sqlalchemy.orm.Session": ("sqlalchemy.orm", "sqlalchemy.orm.session"),
    "sqlmodel.Session": ("sqlmodel", "sqlmodel.orm.session"),
    "sqlalchemy.ext.asyncio.AsyncSession": ("sqlalchemy.ext.asyncio", "sqlalchemy.ext.asyncio.session"),
    "sqlmodel.ext.asyncio.session.AsyncSession": ("sqlmodel.ext.asyncio.session", "sqlmodel.ext.asyncio.session"),
}


def _session_wanted(cls: str, function: FunctionScope) -> Wanted:
    module, other = _MODULES[cls]
    name = cls.rpartition(".")[2]
    return Wanted(module, name, ((other, name),), function.node.span, for_annotation=True)
