"""From ``db = SessionLocal()`` to ``with SessionLocal() as db:``."""

from collections.abc import Collection, Iterator

from sessionlint.edits.blocks import wrap_in_with
from sessionlint.edits.superfluous import superfluous_closes
from sessionlint.link.names.scopes import FunctionScope, ValueBinding
from sessionlint.link.project import Project
from sessionlint.model import walk
from sessionlint.model.facts import (
    Assign,
    Await,
    Block,
    Call,
    Name,
    Return,
    Statement,
    Try,
)
from sessionlint.model.finding import Applicability, Edit, Fix
from sessionlint.model.source import Source
from sessionlint.questions.sessions.escape import derived_names, escapes
from sessionlint.questions.sessions.holding import holding_of
from sessionlint.questions.sessions.lives import Ending, Life, statement_mentions
from sessionlint.text.lines import lines_of

# asyncio, anyio and trio, threads and executors; what is awaited at once is over before the block is
_STARTING = frozenset({"create_task", "ensure_future", "start_soon", "run_coroutine_threadsafe", "submit", "Thread", "add_task"})


def with_block_fix(project: Project, life: Life, unhandled: Collection[Try] = ()) -> Fix | None:
    """The fix that opens the session in a ``with`` block over everything that uses it, or None when it cannot be done.

    Safe when the session closes where it closed before, or when nothing read through it outlives the block. The handlers
    of the ``unhandled`` do no more than the end of a ``with``: they go where the close in their ``finally`` goes.
    """
    function, opening = life.scope, life.opening.statement
    if not isinstance(function, FunctionScope) or not isinstance(opening, Assign) or opening.value is None:
        return None
    if _runs_on_with(project, life):
        return None
    derived = derived_names(function, life.names)
    covered = covered_by(project, life, derived if life.ending is Ending.NEVER else life.names)
    entered = project.source(function).text[slice(*opening.value.span)]
    edits = opened_in_with(project, life, covered, entered, unhandled)
    if edits is None:
        return None
    rest = _behind(opening, life.opening.block)[len(covered) :]
    applicability = Applicability.SAFE if _is_safe(life, function, derived, rest) else Applicability.UNSAFE
    return Fix("open the session in a `with` block", edits, applicability)


def _runs_on_with(project: Project, life: Life) -> bool:
    """Whether the session is given to something that runs on while the function does: the end of a block would close it there."""
    mentions = holding_of(project).mentions(life.scope, life.names)
    calls = (outer for site, _ in mentions for outer in site.path if isinstance(outer, Call))
    return any((walk.dotted(call.func) or "").rpartition(".")[2] in _STARTING for call in calls)


def covered_by(project: Project, life: Life, names: frozenset[str]) -> Block:
    """The statements behind the opening, through the last one that mentions one of ``names``; none if others use the session."""
    following = _behind(life.opening.statement, life.opening.block)
    last = max((index for index, statement in enumerate(following) if statement_mentions(statement, names)), default=-1)
    covered = following[: last + 1]
    mentions = holding_of(project).mentions(life.scope, life.names)
    inside = all(any(statement.span.contains(site.term.span) for statement in covered) for site, _ in mentions)
    return covered if inside else ()


def opened_in_with(
    project: Project,
    life: Life,
    covered: Block,
    entered: str,
    unhandled: Collection[Try] = (),
    dropped: Collection[Statement] = (),
    *,
    keep_closes: bool = True,
    shares_name: bool = False,
) -> tuple[Edit, ...] | None:
    """The edits that put ``with entered as name:`` over ``covered`` in place of the opening, and drop the closes.

    The handlers of the ``unhandled`` go with the ``finally`` behind them, the ``dropped`` statements go, too. None when it
    cannot be done, or when a close would have to stay that is not to be kept. ``shares_name``: the name holds something else in
    other statements.
    """
    function, opening = life.scope, life.opening.statement
    if not isinstance(function, FunctionScope) or not isinstance(opening, Assign) or not covered:
        return None
    if not _is_plain(life, opening, function) or (len(function.bindings[life.name or ""]) > 1 and not shares_name):
        return None
    source = project.source(function)
    header = f"{'async ' if life.session.is_async else ''}with {entered} as {life.name}:"
    superfluous = list(superfluous_closes(life, covered))
    if not keep_closes and any(site.statement not in superfluous for site in life.closes):
        return None
    drop = _with_emptied_tries(source, covered, [*superfluous, *dropped])
    return wrap_in_with(source, opening, covered, header, drop, unhandled)


def _is_plain(life: Life, opening: Assign, function: FunctionScope) -> bool:
    """One plain name, bound to the opening call itself, where a ``with`` of its kind may stand."""
    value = opening.value.value if isinstance(opening.value, Await) else opening.value
    return (
        value is life.opening.term
        and len(opening.targets) == 1
        and isinstance(opening.targets[0], Name)
        and life.names == {opening.targets[0].id}
        and any(isinstance(one, ValueBinding) and one.value is opening.value for one in function.bindings[opening.targets[0].id])
        and (function.node.is_async or not life.session.is_async)
    )


def _behind(opening: Statement, block: Block) -> Block:
    return block[block.index(opening) + 1 :]


def _is_safe(life: Life, function: FunctionScope, derived: frozenset[str], rest: Block) -> bool:
    if life.ending is Ending.CLOSED:
        return True
    if life.ending is Ending.PARTLY:  # it closes where it closed before
        return not (life.leaks.on_exit and escapes(function, life.names, _closing_returns(life, function)))
    if any(statement_mentions(statement, derived) for statement in rest):
        return False
    return not function.node.is_generator and not escapes(function, life.names)


def _closing_returns(life: Life, function: FunctionScope) -> frozenset[Statement]:
    """The returns before which the session was closed already: what they return is detached, with the fix or without."""
    return frozenset(
        statement
        for statement in walk.statements(function.body)
        if isinstance(statement, Return) and statement.span not in life.leaks.on_exit
    )


def _with_emptied_tries(source: Source, covered: Block, dropped: list[Statement]) -> list[Statement]:
    """``dropped``, and in the place of its body each ``try`` that did nothing but close: its handlers guard nothing then."""
    for block in _all_blocks(covered):
        for one in block:
            if isinstance(one, Try) and not one.orelse and not one.final and all(inner in dropped for inner in one.body):
                inside = set(walk.statements((one,)))
                if not lines_of(source.text).comments_in(one.span):
                    dropped = [*(kept for kept in dropped if kept not in inside), one]
    return dropped


def _all_blocks(block: Block) -> Iterator[Block]:
    yield block
    for statement in block:
        for inner in walk.blocks(statement):
            yield from _all_blocks(inner)
