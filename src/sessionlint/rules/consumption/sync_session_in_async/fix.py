"""From ``async def`` to ``def``, for a function of FastAPI's that awaits nothing: FastAPI runs it in a thread."""

from sessionlint.edits.unread_files import mentions_in_unread
from sessionlint.link.names.scopes import FunctionScope
from sessionlint.link.names.sites import inner_functions, sites
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Await, Call, Comprehension, For, Term, With
from sessionlint.model.finding import Applicability, Edit, Fix
from sessionlint.model.regex import regex
from sessionlint.model.source import Place, Span
from sessionlint.questions.providers.other_uses import other_uses
from sessionlint.questions.requests.routes import is_called_by_fastapi, is_of_websocket

_OF_THE_LOOP = ("asyncio", "anyio", "trio")
_ASYNC_DEF = regex(r"\basync(?:[ \t\f]|\\(?:\r\n|\r|\n))+(?P<def>def)(?:[ \t\f]|\\(?:\r\n|\r|\n))+\Z")
_DEPTH = 2  # how far a call is followed: `notify()` may create a task, and there is no loop in a thread


def plain_function_fix(project: Project, function: FunctionScope) -> Fix | None:
    """Make ``function`` a ``def``; None unless FastAPI alone calls it and nothing in it needs the event loop."""
    if not is_called_by_fastapi(project, function) or function.node.is_generator or is_of_websocket(function):
        return None
    uses = other_uses(project, function)
    if not uses.are_none or any(True for _ in mentions_in_unread(project, function)) or _needs_loop(project, function):
        return None
    source, start = project.source(function), function.node.span.start
    found = _ASYNC_DEF.search(source.text[start : function.node.name_span.start])
    if found is None:
        return None
    edit = Edit(Place(source.path, Span(start + found.start(), start + found.start("def"))), "")
    return Fix("make it a `def`", (edit,), Applicability.UNSAFE)


def _needs_loop(project: Project, function: FunctionScope) -> bool:
    """Whether the body awaits, calls a coroutine function, or asks for the loop that it runs in."""
    if any(inner.node.is_async for inner in inner_functions(function)):
        return True
    if any(isinstance(one, For | With) and one.is_async for one in walk.statements(function.body)):
        return True
    return any(_is_of_loop(project, site.term, function, _DEPTH) for site in sites(function))


def _is_of_loop(project: Project, term: Term, function: FunctionScope, depth: int) -> bool:
    match term:
        case Await():
            return True
        case Comprehension(clauses=clauses):
            return any(clause.is_async for clause in clauses)
        case Call(func=func, args=args):
            match project.kind(func, function):
                case kinds.External(name=name):
                    return name.partition(".")[0] in _OF_THE_LOOP
                case kinds.FunctionKind(function=called):
                    return called.node.is_async or (
                        depth > 0 and any(_is_of_loop(project, site.term, called, depth - 1) for site in sites(called))
                    )
                case kinds.Method(owner=kinds.Session(is_async=True) | kinds.Connection(is_async=True)):
                    return True
                case _:  # a context variable that is set in a thread is set there only
                    return isinstance(func, Attribute) and func.attr == "set" and len(args) == 1
        case _:
            return False
