"""From a dependency that returns its session to one that lends it: ``return db`` becomes ``yield db`` in a block that closes."""

from dataclasses import replace

from sessionlint.edits.generator_annotation import annotation_edits
from sessionlint.edits.unread_files import mentions_in_unread
from sessionlint.edits.with_block import covered_by, opened_in_with
from sessionlint.link.names.scopes import FunctionScope
from sessionlint.link.project import Project
from sessionlint.model import walk
from sessionlint.model.facts import Await, Block, Call, Evaluate, Name, Return, Statement, Try, With
from sessionlint.model.finding import Applicability, Edit, Fix
from sessionlint.model.source import Place, Source, Span
from sessionlint.questions.leaving.ways import Way, ways_out
from sessionlint.questions.providers.lending import following
from sessionlint.questions.providers.other_uses import OtherUses, other_uses
from sessionlint.questions.providers.providers import misannotated
from sessionlint.questions.sessions.lives import Life
from sessionlint.rules.provider.provider_returns_session.search import ReturnedSession
from sessionlint.text.lines import lines_of

_NAMES = ("session", "db", "db_session")


def lent_session_fix(project: Project, found: ReturnedSession) -> Fix | None:
    """Yield in place of the return, inside a block that closes; safe when only ``Depends`` uses the function.

    None where somebody calls it directly, where it leaves in more than one place, and where something stands behind the return.
    """
    function = found.life.scope
    if not isinstance(function, FunctionScope) or function.node.decorators or function.node.is_generator:
        return None
    uses = other_uses(project, function)
    if uses.mentions or any(True for _ in mentions_in_unread(project, function)):
        return None
    path = _path_of_return(function)
    if path is None or not _ends_there(project, found.life, function, path):
        return None
    source = project.source(function)
    lent = _lent(project, found.life, function, source, path)
    annotated = _annotated(project, found, function, source)
    if lent is None or annotated is None:
        return None
    coloured = _made_async(found, function, source)
    return Fix("lend the session by `yield`", (*lent, *annotated, *coloured), _level(uses))


def direct_use(project: Project, found: ReturnedSession) -> Place | None:
    """The use of the function that is no ``Depends``, because of which there is no fix."""
    function = found.life.scope
    uses = other_uses(project, function) if isinstance(function, FunctionScope) else None
    return uses.mentions[0].place if uses is not None and uses.mentions else None


def _level(uses: OtherUses) -> Applicability:
    return Applicability.SAFE if uses.are_none else Applicability.UNSAFE


def _path_of_return(function: FunctionScope) -> tuple[tuple[Statement, Block], ...] | None:
    """The only return, innermost first with what encloses it: ``with`` and the bodies of ``try`` only."""
    returns = [one for one in walk.statements(function.body) if isinstance(one, Return)]
    return _find(function.body, returns[0], ()) if len(returns) == 1 else None


def _find(
    block: Block, wanted: Statement, outside: tuple[tuple[Statement, Block], ...]
) -> tuple[tuple[Statement, Block], ...] | None:
    for statement in block:
        levels = ((statement, block), *outside)
        if statement is wanted:
            return levels
        inner = statement.body if isinstance(statement, With | Try) else ()
        found = _find(inner, wanted, levels)
        if found is not None:
            return found
    return None


def _ends_there(project: Project, life: Life, function: FunctionScope, path: tuple[tuple[Statement, Block], ...]) -> bool:
    """Whether nothing would run behind the yield but what closes, every handler around it raises again, and no block but
    that of the session (a lock, a transaction) would be held for the whole request."""
    for statement, block in path:
        if following(block, statement):
            return False
        if isinstance(statement, With) and (statement is not life.opening.statement or len(statement.items) > 1):
            return False
        if isinstance(statement, Try):
            raising = all(ways_out(project, handler.body, function) <= {Way.RAISES} for handler in statement.handlers)
            if statement.orelse or not raising or not all(_only_closes(one) for one in statement.final):
                return False
    return True


def _only_closes(statement: Statement) -> bool:
    term = statement.value if isinstance(statement, Evaluate) else None
    call = term.value if isinstance(term, Await) else term
    return isinstance(call, Call) and not call.args and (walk.dotted(call.func) or "").endswith((".close", ".aclose"))


def _lent(
    project: Project, life: Life, function: FunctionScope, source: Source, path: tuple[tuple[Statement, Block], ...]
) -> tuple[Edit, ...] | None:
    returned = path[0][0]
    assert isinstance(returned, Return) and returned.value is not None
    if life.opening.statement is returned:
        return _opened_and_lent(life, function, source, returned)
    if not isinstance(returned.value, Name):
        return None
    keyword = Edit(Place(source.path, Span(returned.span.start, returned.span.start + len("return"))), "yield")
    if _is_closed_there(life, path):
        return (keyword,)
    opening = life.opening.statement
    value = getattr(opening, "value", None)
    if value is None or any(close.statement is not returned for close in life.closes):
        return None
    covered = covered_by(project, life, life.names)
    wrapped = opened_in_with(project, _as_async(life, function), covered, source.text[slice(*value.span)])
    return (keyword, *wrapped) if wrapped is not None and covered and covered[-1].span.contains(returned.span) else None


def _as_async(life: Life, function: FunctionScope) -> Life:
    """The life as it is in a function of the right colour: ``_made_async`` sees to that."""
    if not life.session.is_async or function.node.is_async:
        return life
    node = replace(function.node, is_async=True)
    return replace(life, opening=replace(life.opening, scope=replace(function, node=node)))


def _opened_and_lent(life: Life, function: FunctionScope, source: Source, returned: Return) -> tuple[Edit, ...] | None:
    """``return SessionLocal()`` becomes a ``with`` block around a ``yield``."""
    lines, span = lines_of(source.text), returned.span
    name = next((one for one in _NAMES if not _is_known(one, function)), None)
    if returned.value is not life.opening.term or name is None or lines.comments_in(span) or not lines.stands_alone(span):
        return None
    assert returned.value is not None
    opened = source.text[slice(*returned.value.span)]
    indent = lines.indent(span.start)
    keyword = "async with" if life.session.is_async else "with"
    text = f"{keyword} {opened} as {name}:{lines.newline}{indent}{lines.unit_for(indent)}yield {name}"
    return (Edit(Place(source.path, span), text),)


def _is_known(name: str, function: FunctionScope) -> bool:
    """Whether the function binds or reads ``name``."""
    read = any(
        isinstance(term, Name) and term.id == name
        for statement in walk.statements(function.body)
        for top in walk.own_terms(statement)
        for term, _ in walk.descend(top)
    )
    return read or name in function.bindings


def _is_closed_there(life: Life, path: tuple[tuple[Statement, Block], ...]) -> bool:
    """Whether a ``with`` or a ``finally`` around the return closes the session, and nothing else does."""
    around = [statement for statement, _ in path[1:]]
    if any(isinstance(one, With) and one is life.opening.statement for one in around):
        return True
    finals = [inner for one in around if isinstance(one, Try) for inner in one.final]
    return bool(life.closes) and all(any(close.statement is one for one in finals) for close in life.closes)


def _annotated(project: Project, found: ReturnedSession, function: FunctionScope, source: Source) -> tuple[Edit, ...] | None:
    """The edits that let the annotation say what the function becomes; None where it cannot."""
    if function.node.returns is None:
        return ()
    session = found.life.session
    provider = misannotated(project, function, is_async=function.node.is_async or session.is_async, yielded=session)
    return annotation_edits(project, provider) if provider is not None else None


def _made_async(found: ReturnedSession, function: FunctionScope, source: Source) -> tuple[Edit, ...]:
    """An async session is entered by ``async with``, which takes an ``async def``."""
    if not found.life.session.is_async or function.node.is_async:
        return ()
    before = lines_of(source.text).tokens_before(function.node.name_span.start)
    start = next(token.start for token in before if token.text == "def")
    return (Edit(Place(source.path, Span(start, start)), "async "),)
