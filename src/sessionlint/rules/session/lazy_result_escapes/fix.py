"""From ``return db.scalars(select(User))`` to ``return db.scalars(select(User)).all()``."""

from sessionlint.edits.unread_files import may_be_asked
from sessionlint.link.project import Project
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Await, Call, Constant, Term
from sessionlint.model.finding import Applicability, Edit, Fix
from sessionlint.model.regex import regex
from sessionlint.model.source import Place, Source, Span
from sessionlint.questions.providers.returned_uses import is_asked
from sessionlint.questions.references.call_graph import runs_at_import
from sessionlint.rules.session.lazy_result_escapes.search import LazyResult
from sessionlint.text.lines import lines_of

_RESULT = regex(r"Query|Result|Select")


def read_rows_fix(project: Project, result: LazyResult) -> Fix | None:
    """Read all rows while the session is open; None where callers were promised more than a list, or ask for more, and where that
    would ask the database while a module is imported."""
    function = result.function
    if _is_promised(result) or is_asked(project, function) or may_be_asked(project, function):
        return None
    if runs_at_import(project, function):
        return None
    source, value = project.source(result.function), result.value
    start, end = value.span
    if isinstance(value, Await):
        edits = [_insert(source, start, "await ("), _insert(source, end, ").all()")]
    else:
        line = _line_of_its_own(source, value)
        lines = lines_of(source.text)
        behind = lines.end(end) if line and lines.comment_behind(end) else end
        edits = [_insert(source, behind, f"{line}.all()")]
    return Fix("read the rows: `.all()`", tuple(edits), Applicability.UNSAFE)


def _is_promised(result: LazyResult) -> bool:
    """Whether the function's annotation speaks of what it returned so far."""
    returns = result.function.node.returns
    if returns is None:
        return False
    names = (walk.dotted(term) or (term.value if isinstance(term, Constant) else "") for term, _ in walk.descend(returns))
    return any(_RESULT.search(str(name)) for name in names)


def _line_of_its_own(source: Source, value: Term) -> str:
    """The line ending and indentation in front of the last link of a chain, when each link has a line."""
    lines, link = lines_of(source.text), value.func if isinstance(value, Call) else value
    if not isinstance(link, Attribute):
        return ""
    name = link.span.end - len(link.attr)
    start = lines.start(name)
    continued = "\\" in source.text[link.value.span.end : name]
    breaks = start >= link.value.span.end and source.text[start:name].strip() == "." and not continued
    return lines.newline + lines.indent(start) if breaks else ""


def _insert(source: Source, offset: int, text: str) -> Edit:
    return Edit(Place(source.path, Span(offset, offset)), text)
