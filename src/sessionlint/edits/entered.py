"""Entering a generator provider in a block: ``with contextmanager(get_db)() as db:``."""

from collections.abc import Iterator, Sequence

from sessionlint.edits.arguments import parentheses
from sessionlint.edits.beside_provider import context_manager_name, shared_context_manager
from sessionlint.edits.blocks import remove_statement
from sessionlint.edits.imports import ImportChange, Wanted, change_imports
from sessionlint.edits.with_block import covered_by, opened_in_with
from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Site
from sessionlint.link.project import Project
from sessionlint.link.question import postings
from sessionlint.link.values import kinds
from sessionlint.model.facts import Await, Block, Call, For, Jump, Name, Statement, While, With
from sessionlint.model.finding import Applicability, Edit, Fix
from sessionlint.model.source import Place, Source, Span
from sessionlint.model.walk import statements
from sessionlint.questions.providers.consumptions import Consumption, Loop, consumptions
from sessionlint.questions.providers.provider_shape import can_be_entered, commits_at_its_end
from sessionlint.questions.providers.usage_table import Provider, Use
from sessionlint.questions.sessions.escape import derived_names, escapes
from sessionlint.questions.sessions.holding import Use as Handling
from sessionlint.questions.sessions.holding import holding_of
from sessionlint.questions.sessions.lives import life_of, statement_mentions
from sessionlint.text.lines import lines_of

_WRAPPERS = {Provider.GENERATOR: "contextmanager", Provider.ASYNC_GENERATOR: "asynccontextmanager"}


def entered_fix(project: Project, found: Consumption) -> Fix | None:
    """The fix of SES506: make the ``with`` and what it enters fit; None where there is no ``with``, or too much is to change."""
    statement = found.used.statement if found.used is not None else None
    if found.given is None or not isinstance(statement, With) or not _is_met_once(project, found):
        return None
    if (found.provider, found.use) in ((Provider.GENERATOR, Use.WITH), (Provider.ASYNC_GENERATOR, Use.ASYNC_WITH)):
        wrapped = _wrapped(project, found)
        return Fix(f"enter it through `{wrapped[0]}`", wrapped[1], Applicability.SAFE) if wrapped is not None else None
    if not _becomes_async(found, statement):
        return None
    edits: tuple[Edit, ...] = (Edit(Place(found.place.path, Span(statement.span.start, statement.span.start)), "async "),)
    if found.provider is Provider.ASYNC_GENERATOR:
        wrapped = _wrapped(project, found)
        if wrapped is None:
            return None
        edits = (*edits, *wrapped[1])
    return Fix("enter it with `async with`", edits, Applicability.SAFE)


def _is_met_once(project: Project, found: Consumption) -> bool:
    """Whether what the provider gives is only entered, and entering it brings no blocking session into an async function."""
    if found.provider is Provider.GENERATOR and _is_in_coroutine(found):
        return False
    if found.used is found.given:
        return True
    name = found.used.term if found.used is not None else None
    return isinstance(name, Name) and len(list(holding_of(project).mentions(found.scope, frozenset({name.id})))) == 1


def _is_in_coroutine(found: Consumption) -> bool:
    return isinstance(found.scope, FunctionScope) and found.scope.node.is_async


def _becomes_async(found: Consumption, statement: With) -> bool:
    """Whether ``with`` of an async provider alone, in an async function, can become ``async with``."""
    asynchronous = found.provider in (Provider.ASYNC_GENERATOR, *_ASYNC_MANAGERS) and found.use is Use.WITH
    return asynchronous and len(statement.items) == 1 and _is_in_coroutine(found)


_ASYNC_MANAGERS = (Provider.ASYNC_CONTEXT_MANAGER, Provider.RETURNS_ASYNC_CONTEXT_MANAGER)


def _wrapped(project: Project, found: Consumption) -> tuple[str, tuple[Edit, ...]] | None:
    """From ``get_db()`` to ``contextmanager(get_db)()``: the decorator as it is spelled, and the edits."""
    written = _spelled(project, found)
    if written is None:
        return None
    spelling, call, imports = written
    source = project.source(found.scope)
    span = Span(call.span.start, parentheses(source, call).start)
    if lines_of(source.text).comments_in(span):
        return None
    edit = Edit(Place(source.path, span), f"{spelling}({source.text[slice(*call.func.span)]})")
    return spelling, (edit, *imports.edits)


def _spelled(project: Project, found: Consumption) -> tuple[str, Call, ImportChange] | None:
    """How the decorator is written in the file, and the provider's call; None for a provider that cannot be entered."""
    call = found.given.term if found.given is not None else None
    if not isinstance(call, Call) or found.function is None or not can_be_entered(project, found.function):
        return None
    wanted = Wanted("contextlib", _WRAPPERS[found.provider], at=call.span)
    imports = change_imports(found.scope.module.facts, project.source(found.scope), [wanted])
    return (imports.spellings[wanted], call, imports) if imports is not None else None


# --- SES507 -----------------------------------------------------------------------------------------------------------


def driven_fixes(project: Project, found: Sequence[Consumption]) -> dict[Consumption, Fix]:
    """The fixes of SES507 in one module: a block in place of the loop, or of the ``next``; none where the block cannot be told.

    A provider that is driven by hand in several places gets one context manager beside it, which all of them enter. Its own
    import goes with the last of them, which waits for the others.
    """
    fixes = {one: fix for one in found if (fix := _driven_fix(project, one, drops=False)) is not None}
    last = {(one.function, one.scope): one for one in fixes}
    for one in last.values():
        if (fix := _driven_fix(project, one, drops=True)) is not None:
            fixes[one] = fix
    return fixes


def _driven_fix(project: Project, found: Consumption, *, drops: bool) -> Fix | None:
    """Not where something read through the session outlives a block whose end commits: what was usable would be expired."""
    call = found.given.term if found.given is not None else None
    if not isinstance(call, Call) or found.used is not found.given or found.provider not in _WRAPPERS:
        return None
    written = _context_manager(project, found, call, drops=drops)
    if written is None or found.given is None:
        return None
    source = project.source(found.scope)
    entered = written[0] + source.text[parentheses(source, call).start : call.span.end]
    if isinstance(found.given.statement, For):
        edits = _loop_as_block(project, found, found.given.statement, entered)
    else:
        edits = _rest_as_block(project, found, entered)
    return Fix("enter the provider in a block", (*edits, *written[1]), Applicability.UNSAFE) if edits is not None else None


def _context_manager(project: Project, found: Consumption, call: Call, *, drops: bool) -> tuple[str, tuple[Edit, ...]] | None:
    """What is called in place of the provider, and the edits that make it known."""
    function = found.function
    if function is not None and can_be_entered(project, function) and _is_shared(project, function):
        shared = shared_context_manager(project, function, call, found.scope, drops=drops)
        if shared is not None:
            return shared.written, shared.edits
    spelled = _spelled(project, found)
    if spelled is None:
        return None
    written = f"{spelled[0]}({project.source(found.scope).text[slice(*call.func.span)]})"
    return written, spelled[2].edits


def _is_shared(project: Project, function: FunctionScope) -> bool:
    """Whether a provider is driven by hand in several places, or has its context manager already."""
    is_made = context_manager_name(project, function) is not None
    return is_made or _driven_by_hand(project, function.module.path).count(function) > 1


@postings
def _driven_by_hand(project: Project, module: ModuleScope) -> Iterator[tuple[str, FunctionScope]]:
    """The providers that the module drives by hand, each as often as it does."""
    for found in consumptions(project, module, "SES507"):
        if found.function is not None:
            yield found.function.module.path, found.function


def _loop_as_block(project: Project, found: Consumption, loop: For, entered: str) -> tuple[Edit, ...] | None:
    source, lines = project.source(found.scope), lines_of(project.source(found.scope).text)
    if not isinstance(loop.target, Name) or loop.orelse or loop.iter is not (found.given.term if found.given else None):
        return None
    header = Span(loop.span.start, _header_end(source, loop))
    if lines.comments_in(header) or _outlives(project, found, loop.target.id):
        return None
    if not loop.is_async and _is_in_coroutine(found):
        return None  # a sync session in a coroutine: another change is called for
    if _is_used_behind(project, found, loop, loop.target.id):
        return None
    used = any(statement_mentions(one, frozenset({loop.target.id})) for one in loop.body)
    text = f"{'async ' if loop.is_async else ''}with {entered}{f' as {loop.target.id}' if used else ''}"
    edits = [Edit(Place(source.path, header), text)]
    jumps = list(_own_jumps(loop.body))
    if jumps:
        if len(jumps) > 1 or jumps[0] is not loop.body[-1] or len(loop.body) == 1:
            return None
        removed = remove_statement(source, loop.body[-1], loop.body)
        if removed is None:
            return None
        edits += removed
    return tuple(edits)


def _is_used_behind(project: Project, found: Consumption, loop: For, name: str) -> bool:
    """Whether the session leaves the loop, by its own name or another, or something read through it is used behind a commit."""
    kept = (Handling.RETURNED, Handling.STORED, Handling.MANAGED, Handling.BOUND)
    mentions = list(holding_of(project).mentions(found.scope, frozenset({name})))
    if any(where.use in kept or not loop.span.contains(site.term.span) for site, where in mentions):
        return True
    assert found.function is not None
    if not isinstance(found.scope, FunctionScope) or not commits_at_its_end(project, found.function):
        return False
    read = holding_of(project).mentions(found.scope, derived_names(found.scope, frozenset({name})))
    return any(site.term.span.start > loop.span.end for site, _ in read)


def _header_end(source: Source, loop: For) -> int:
    """Where the colon of the loop stands."""
    lines = lines_of(source.text)
    depth = next(lines.tokens_from(loop.span.start)).depth
    return next(token.start for token in lines.tokens_from(loop.iter.span.end) if token.text == ":" and token.depth == depth)


def _own_jumps(block: Block) -> list[Statement]:
    """The ``break`` and ``continue`` statements that speak of the loop that ``block`` is the body of."""
    found: list[Statement] = []
    for statement in block:
        if isinstance(statement, Jump) and statement.kind != "pass":
            found.append(statement)
        elif isinstance(statement, For | While):
            found += _own_jumps(statement.orelse)
        else:
            inner = set(statements((statement,)))
            nested = {one for loop in inner if isinstance(loop, For | While) for one in statements(loop.body)}
            found += [one for one in inner - nested if isinstance(one, Jump) and one.kind != "pass"]
    return found


def _rest_as_block(project: Project, found: Consumption, entered: str) -> tuple[Edit, ...] | None:
    """``db = next(get_db())`` with the statements behind it that use ``db``."""
    advanced = _advanced(found)
    if advanced is None:
        return None
    lent = project.evaluator.yielded(found.function) if found.function is not None else kinds.UNKNOWN
    if not isinstance(lent, kinds.Session) or lent.is_async != (found.provider is Provider.ASYNC_GENERATOR):
        return None
    life = life_of(project, advanced, lent)
    kept = (Handling.RETURNED, Handling.STORED, Handling.GIVEN_AWAY, Handling.MANAGED)
    if (
        not life.name
        or not isinstance(life.scope, FunctionScope)
        or any(where.use in kept for _, where in holding_of(project).mentions(life.scope, life.names))
    ):
        return None
    if _outlives(project, found, life.name):
        return None
    assert found.function is not None
    expires = commits_at_its_end(project, found.function)
    names = derived_names(life.scope, life.names) if expires else life.names
    return opened_in_with(project, life, covered_by(project, life, names), entered)


def _advanced(found: Consumption) -> Site | None:
    """The site of the ``next(...)`` around the provider's call, or of ``get_db().__next__()``."""
    site = found.given
    assert site is not None
    for depth, outer in enumerate(site.path):
        if isinstance(outer, Call):
            rest = site.path[depth + 1 :]
            if all(isinstance(one, Await) for one in rest) and not outer.args[1:]:
                return Site(outer, rest, site.statement, site.block, site.scope)
            return None
    return None


def _outlives(project: Project, found: Consumption, name: str) -> bool:
    """Whether something read through the session leaves a function whose provider commits, and so expires it, at its end."""
    if not isinstance(found.scope, FunctionScope):
        return False
    assert found.function is not None
    lends = found.loop is Loop.LENT
    return not lends and commits_at_its_end(project, found.function) and escapes(found.scope, frozenset({name}))
