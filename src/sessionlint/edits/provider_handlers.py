"""The ``except`` clauses around a provider's ``yield``: raising again at their end, and taking idle ones out."""

from collections.abc import Iterator

from sessionlint.edits.removal import CannotError, Cut, is_pragma
from sessionlint.edits.try_clauses import dedent_cuts, keyword_line_cut
from sessionlint.link.names.scopes import FunctionScope
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Block, Constant, Evaluate, Handler, Jump, Return, Statement, Try, With
from sessionlint.model.finding import Applicability, Edit, Fix
from sessionlint.model.source import Place, Source, Span
from sessionlint.questions.leaving.ways import Way, ways_out
from sessionlint.questions.providers.handlers import GeneratorExitHandler, GuardedLoan
from sessionlint.questions.providers.lending import following, is_pass
from sessionlint.text.lines import Lines, lines_of


def raised_again_fix(project: Project, found: GuardedLoan) -> Fix | None:
    """Let the handler end with ``raise``; None where a path would still end in it, or a ``finally`` swallow what is raised."""
    function, body = found.lender.function, found.handler.body
    if any(_leaves(one) for guard in found.loan.guards for inner in guard.final for one in walk.statements((inner,))):
        return None
    last = body[-1]
    ends = is_pass(last) or (isinstance(last, Return) and last.value is None)
    before = ways_out(project, body[:-1], function)
    if before & {Way.ENDS, Way.YIELDS} or Way.FALLS not in before:
        return None
    if not ends and ways_out(project, (last,), function) & {Way.ENDS, Way.YIELDS}:
        return None
    source = project.source(function)
    edit = Edit(Place(source.path, last.span), "raise") if ends else _appended(source, found.handler, "raise")
    return Fix("raise again at the end of the handler", (edit,), Applicability.UNSAFE) if edit is not None else None


def _leaves(statement: Statement) -> bool:
    return isinstance(statement, Return) or (isinstance(statement, Jump) and not is_pass(statement))


def _appended(source: Source, handler: Handler, written: str) -> Edit | None:
    """Put ``written`` behind the last statement of a handler and the comments of its block."""
    return append_statement(source, handler.body, handler.span.start, written)


def append_statement(source: Source, block: Block, owner: int, written: str) -> Edit | None:
    """Put ``written`` at the end of ``block``, in its layout; ``owner`` is where the clause that it belongs to starts."""
    lines, last = lines_of(source.text), block[-1]
    end = last.span.end
    if lines.logical_of(end - 1).end != end and lines.text[end : lines.logical_of(end - 1).end].strip() != ";":
        return None
    first = lines.logical_of(block[0].span.start)
    if first.start != block[0].span.start:  # ``except Error: this``
        if not lines.stands_alone(Span(first.start, end)):
            return None
        return _insert(source, end, f"; {written}")
    indent = lines.indent(block[0].span.start)
    behind = lines.deeper_comments_behind(lines.logical_of(end - 1).end, lines.indent(owner))
    return _insert(source, lines.end(behind), lines.newline + indent + written)


def _insert(source: Source, offset: int, text: str) -> Edit:
    return Edit(Place(source.path, Span(offset, offset)), text)


# --- GeneratorExit ----------------------------------------------------------------------------------------------------


def without_handler_fix(project: Project, found: GeneratorExitHandler) -> Fix | None:
    """Take a handler of GeneratorExit out that does nothing, where GeneratorExit then ends the generator just as well."""
    guarded = found.guarded
    if not all(_is_idle(statement) for statement in guarded.handler.body) or not _is_missed_by_nobody(project, guarded):
        return None
    source = project.source(guarded.lender.function)
    try:
        cuts = list(_handler_cuts(lines_of(source.text), guarded.guard, guarded.handler))
    except CannotError:
        return None
    edits = tuple(Edit(Place(source.path, Span(cut.start, cut.end)), cut.text) for cut in sorted(cuts))
    return Fix("remove the handler", edits, Applicability.SAFE)


def without_handlers(source: Source, guard: Try) -> tuple[Edit, ...] | None:
    """Take a ``try`` apart that has one handler and no other clause: its body moves to the left. None where a comment would be
    lost."""
    if len(guard.handlers) != 1 or guard.orelse or guard.final:
        return None
    try:
        cuts = list(_handler_cuts(lines_of(source.text), guard, guard.handlers[0]))
    except CannotError:
        return None
    return tuple(Edit(Place(source.path, Span(cut.start, cut.end)), cut.text) for cut in sorted(cuts))


def _is_idle(statement: Statement) -> bool:
    if isinstance(statement, Evaluate):
        return isinstance(statement.value, Constant)
    return is_pass(statement) or (isinstance(statement, Return) and statement.value is None)


def _is_missed_by_nobody(project: Project, guarded: GuardedLoan) -> bool:
    """Whether nothing runs, or runs otherwise, because the handler caught GeneratorExit."""
    guard, handler, function = guarded.guard, guarded.handler, guarded.lender.function
    behind = guard.handlers[guard.handlers.index(handler) + 1 :]
    if any(_catches_it(project, other, function) for other in behind):
        return False
    returns = any(isinstance(statement, Return) for statement in handler.body)
    levels = guarded.loan.levels
    own = next(number for number, (statement, _) in enumerate(levels) if statement is guard)
    if not returns and any(following(block, statement) for statement, block in levels[own:]):
        return False
    around = zip(levels[own:], levels[own + 1 :], strict=False)
    return all(_passes_it_on(project, outer, inside, function) for (_, inside), (outer, _) in around)


def _passes_it_on(project: Project, outer: Statement, inside: Block, function: FunctionScope) -> bool:
    """Whether a statement around the ``try`` does with GeneratorExit what it does without it."""
    match outer:
        case With(items=items):
            return all(isinstance(project.kind(item.context, function), kinds.Session) for item in items)
        case Try(body=body, handlers=handlers):
            return body is not inside or not any(_catches_it(project, handler, function) for handler in handlers)
        case _:
            return False


def _catches_it(project: Project, handler: Handler, function: FunctionScope) -> bool:
    """Whether a handler could catch GeneratorExit; a name that cannot be followed, or a tuple, could."""
    if handler.type is None:
        return True
    kind = project.kind(handler.type, function)
    if isinstance(kind, kinds.External):
        return kind.name in ("builtins.BaseException", "builtins.GeneratorExit")
    return not isinstance(kind, kinds.ClassKind)


def _handler_cuts(lines: Lines, guard: Try, handler: Handler) -> Iterator[Cut]:
    """The cuts that take a handler out; the ``try`` as well when it was the only clause. Raises CannotError."""
    start, end = handler.span.start, handler.body[-1].span.end
    if lines.logical_of(start).start != start or lines.logical_of(end - 1).end != end:
        raise CannotError
    outer = lines.indent(guard.span.start)
    cut = Cut(lines.start(start), lines.next(lines.deeper_comments_behind(end, outer)))
    comments = [one for one in lines.comments_in(Span(cut.start, cut.end)) if not is_pragma(one)]
    if comments:
        raise CannotError  # it says why the handler is there
    if len(guard.handlers) > 1 or guard.final:
        if guard.orelse and len(guard.handlers) == 1:
            raise CannotError
        yield cut
        return
    if guard.orelse:
        raise CannotError
    body = guard.body[0].span.start
    yield keyword_line_cut(lines, guard.span.start, body)
    yield from dedent_cuts(lines, Span(lines.next(guard.span.start), cut.start), outer, lines.indent(body))
    yield cut
