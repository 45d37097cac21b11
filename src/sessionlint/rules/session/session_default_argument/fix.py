"""From ``def f(db=SessionLocal())`` to a function that opens, and closes, the session that nobody gave it."""

from sessionlint.edits.blocks import cover
from sessionlint.edits.imports import Wanted, change_imports
from sessionlint.link.names.scopes import ClassScope, FunctionScope
from sessionlint.link.names.sites import inner_functions, sites
from sessionlint.link.project import Project
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Await, Block, Call, Constant, Evaluate, Jump, Name, Parameter, Return, Term
from sessionlint.model.finding import Applicability, Edit, Fix
from sessionlint.model.source import Place, Source, Span
from sessionlint.questions.requests.routes import is_called_by_fastapi
from sessionlint.questions.sessions.holding import Use, holding_of
from sessionlint.questions.sessions.openings import openings_of
from sessionlint.questions.sessions.unread import is_unread, unread_names
from sessionlint.rules.session.session_default_argument.search import DefaultSession
from sessionlint.text.lines import lines_of


def owned_session_fix(project: Project, default: DefaultSession) -> Fix | None:
    """Let the parameter default to None, and open the session around the body then; None where that is not enough."""
    function, parameter = default.function, default.parameter
    if not _only_uses(project, default) or is_called_by_fastapi(project, function):
        return None
    opened = parameter.default
    if not isinstance(opened, Call) or not _means_the_same_inside(project, opened, function):
        return None
    source, module = project.source(function), function.module
    given = _given(source, parameter, opened)
    body = _behind_docstring(function.node.body)
    either = Wanted("contextlib", "nullcontext", at=function.node.span)
    imports = change_imports(module.facts, source, [either])
    optional = _or_none(project, parameter, source)
    if given is None or not body or imports is None or optional is None:
        return None
    name, keyword = parameter.name, "async with" if default.session.is_async else "with"
    written = source.text[slice(*opened.span)]
    header = f"{keyword} {written} if {name} is None else {imports.spellings[either]}({name}) as {name}:"
    covered = cover(source, body, header, lines_of(source.text).indent(function.node.name_span.start))
    if covered is None:
        return None
    none = Edit(Place(module.path, given), "None")
    edits = (*optional, none, *covered, *imports.edits)
    return Fix(f"open a session for each call without `{name}`", edits, Applicability.UNSAFE)


def _only_uses(project: Project, default: DefaultSession) -> bool:
    """Whether the function neither keeps nor hands on the session, and can enter one of its kind."""
    function, name = default.function, default.parameter.name
    if default.session.is_async and not function.node.is_async:
        return False
    mentions = [site for scope in (function, *inner_functions(function)) for site in sites(scope) if _is_name(site.term, name)]
    if any(site.scope is not function or site.in_lambda for site in mentions):
        return False  # it may run after the end of the block
    if len(function.bindings[name]) > 1 or _returns_unread(function, name):
        return False
    return holding_of(project).parameter(function, name) is Use.USED


def _returns_unread(function: FunctionScope, name: str) -> bool:
    """Whether a query or a result is handed to the caller unread."""
    names = unread_names(function, frozenset({name}))
    values = [one.value for one in walk.statements(function.body) if isinstance(one, Return) and one.value is not None]
    return any(_root(value) in names and is_unread(value, names) for value in values)


def _root(term: Term) -> str | None:
    """The name that a chain of attributes, calls and awaits begins with."""
    while isinstance(term, Attribute | Call | Await):
        term = term.func if isinstance(term, Call) else term.value
    return term.id if isinstance(term, Name) else None


def _is_name(term: Term, name: str) -> bool:
    return isinstance(term, Name) and term.id == name


def _given(source: Source, parameter: Parameter, opened: Call) -> Span | None:
    """The default with its parentheses; None when it goes over several lines or holds a comment."""
    lines = lines_of(source.text)
    equals = next(token.end for token in lines.tokens_before(opened.span.start) if token.text == "=")
    blanks = len(source.text[equals : opened.span.start]) - len(source.text[equals : opened.span.start].lstrip())
    span = Span(equals + blanks, parameter.span.end)
    return None if lines.comments_in(span) or lines.start(span.start) != lines.start(span.end) else span


def _means_the_same_inside(project: Project, opened: Call, function: FunctionScope) -> bool:
    """Whether the default opens a session itself and every name in it is, in the body, what it is in the header."""
    outside = function.parent or function.module
    if not openings_of(project).opens(opened, outside):
        return False
    names = {term.id for term, _ in walk.descend(opened) if isinstance(term, Name)}
    return not any(name in function.bindings or (isinstance(outside, ClassScope) and name in outside.bindings) for name in names)


def _behind_docstring(body: Block) -> Block:
    first = body[0]
    is_docstring = isinstance(first, Evaluate) and isinstance(first.value, Constant) and isinstance(first.value.value, str)
    rest = body[1:] if is_docstring else body
    return () if all(isinstance(one, Jump) for one in rest) else rest


def _or_none(project: Project, parameter: Parameter, source: Source) -> list[Edit] | None:
    """The edits that let the annotation say that None may be given; None where it cannot be told how."""
    annotation = parameter.annotation
    if annotation is None:
        return []
    end = annotation.span.end
    if isinstance(annotation, Constant) and isinstance(annotation.value, str):  # in quotes
        plain = source.text[slice(*annotation.span)].strip("\"'") == annotation.value and annotation.value.isidentifier()
        end -= 1
    else:
        oldest = project.targets.python  # `X | None` is evaluated
        plain = isinstance(annotation, Name | Attribute) and (oldest is None or oldest >= (3, 10))
    return [Edit(Place(source.path, Span(end, end)), " | None")] if plain else None
