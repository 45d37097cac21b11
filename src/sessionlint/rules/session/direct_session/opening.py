"""How a session is opened through the helper: in the ``with`` that is there, or in one that is put around statements."""

from collections.abc import Collection, Iterator

from sessionlint.edits.blocks import drop_finally, guard_with, remove_statement, wrap_in_with
from sessionlint.edits.provider_handlers import without_handlers
from sessionlint.edits.with_block import covered_by, opened_in_with
from sessionlint.link.project import Project
from sessionlint.model.facts import Assign, Block, Constant, Return, Statement, Try, With
from sessionlint.model.finding import Edit
from sessionlint.model.source import Place
from sessionlint.questions.sessions.lives import Life
from sessionlint.questions.sessions.rollbacks import is_call, merely_reraises
from sessionlint.rules.session.direct_session.inside_try import InsideTry
from sessionlint.rules.session.direct_session.ownership import Ownership
from sessionlint.rules.session.direct_session.ranges import by_itself
from sessionlint.rules.session.direct_session.search import DirectSession, body_of, entered_item


def opening_edits(project: Project, direct: DirectSession, opened: str, owned: str | None) -> tuple[Edit, ...] | None:
    """``opened`` is the call of the helper, ``owned`` how `contextlib.nullcontext` is written, for a session of the caller's."""
    if direct.guard is not None:
        return _inside_guard(project, direct, direct.guard, _entered(project, direct, opened, owned))
    if direct.ownership is not None:
        return _owned(project, direct, direct.ownership, _entered(project, direct, opened, owned))
    if direct.inside is not None:
        return _inside_try(project, direct, direct.inside, opened)
    if (statement := entered_item(direct.life.opening)) is not None:
        return _in_place(project, direct, statement, opened)
    if not isinstance(direct.life.opening.statement, Assign):
        return None
    alone = by_itself(direct.life)
    life, covered = alone or (direct.life, covered_by(project, direct.life, direct.life.names))
    tries = tuple(_settled_tries(project, direct, covered))
    commits = tuple(commit for commit, _ in _last_commit(direct, covered, tries))
    return opened_in_with(project, life, covered, opened, tries, commits, keep_closes=False, shares_name=alone is not None)


def _entered(project: Project, direct: DirectSession, opened: str, owned: str | None) -> str:
    ownership = direct.ownership
    if ownership is None:
        return opened
    test = project.source(direct.life.scope).text[slice(*ownership.test.span)]
    first, other = f"{owned}({ownership.given})", opened
    return f"{other} if {test} else {first}" if ownership.negated else f"{first} if {test} else {other}"


def _header(life: Life, entered: str, name: str) -> str:
    return f"{'async ' if life.session.is_async else ''}with {entered} as {name}:"


# --- the forms --------------------------------------------------------------------------------------------------------


def _in_place(project: Project, direct: DirectSession, statement: With, opened: str) -> tuple[Edit, ...] | None:
    """``with SessionLocal() as db:`` stays where it is."""
    source = project.source(direct.life.scope)
    edits = [Edit(Place(source.path, direct.call.span), opened)]
    tries = [one for one in _settled_tries(project, direct, statement.body) if not one.final]
    gone: list[Edit] = []
    for commit, block in _last_commit(direct, statement.body, tries):
        gone += remove_statement(source, commit, block) or ()
    for guard in tries:
        moved = without_handlers(source, guard) or ()
        edits += [edit for edit in moved if not any(cut.place.span.contains(edit.place.span) for cut in gone)]
    return (*edits, *gone)


def _owned(project: Project, direct: DirectSession, ownership: Ownership, entered: str) -> tuple[Edit, ...] | None:
    source = project.source(direct.life.scope)
    header = _header(direct.life, entered, ownership.name)
    edits = wrap_in_with(source, ownership.opening, ownership.covered, header, ownership.closing)
    for flag in ownership.flags if edits is not None else ():
        removed = remove_statement(source, flag.statement, flag.block)
        edits = (*edits, *removed) if edits is not None and removed is not None else None
    return edits


def _inside_guard(project: Project, direct: DirectSession, guard: Try, entered: str) -> tuple[Edit, ...] | None:
    """``try: with opened as db: ... except: ...``"""
    source, ownership = project.source(direct.life.scope), direct.ownership
    body = body_of(direct.life, ownership)
    if body is None:
        return None
    header = _header(direct.life, entered, body[0])
    closing = ownership.closing if ownership is not None else tuple(site.statement for site in direct.life.closes)
    opening = ownership.opening if ownership is not None else direct.life.opening.statement
    commits = [] if ownership is not None else [commit for commit, _ in _last_commit(direct, guard.body, ())]
    edits = guard_with(source, opening, guard, header, closing, commits)
    for flag in ownership.flags if ownership is not None and edits is not None else ():
        removed = remove_statement(source, flag.statement, flag.block)
        edits = (*edits, *removed) if edits is not None and removed is not None else None
    return edits


def _inside_try(project: Project, direct: DirectSession, inside: InsideTry, opened: str) -> tuple[Edit, ...] | None:
    """``try: db = SessionLocal() ... finally: db.close()``: the block stands in the ``try``, which may have handlers."""
    source, opening = project.source(direct.life.scope), direct.life.opening.statement
    commits = tuple(commit for commit, _ in _last_commit(direct, inside.covered, ()))
    header = _header(direct.life, opened, direct.name or "")
    edits = wrap_in_with(source, opening, inside.covered, header, commits)
    if edits is None or not inside.guard.handlers or not isinstance(opening, Assign):
        return None
    ending = drop_finally(source, inside.guard)
    return (*edits, *ending) if ending is not None else None


# --- what the helper does already -------------------------------------------------------------------------------------


def _settled_tries(project: Project, direct: DirectSession, covered: Block) -> Iterator[Try]:
    """The ``try`` statements whose handlers roll back and raise again, which the end of the helper's block does as well."""
    names = frozenset({direct.name or ""})
    for statement in covered if direct.helper.closes else ():
        plain = isinstance(statement, Try) and statement.handlers and not statement.orelse
        if isinstance(statement, Try) and plain and merely_reraises(project, statement, names):
            yield statement


def _last_commit(direct: DirectSession, covered: Block, tries: Collection[Try]) -> Iterator[tuple[Statement, Block]]:
    """The commit that is the last act of the block, where the helper's follows at once."""
    block = covered
    while block and direct.helper.certain:
        kept = [one for one in block if not is_call(one, direct.life.names, ("close",))]
        if kept and isinstance(kept[-1], Return) and (kept[-1].value is None or isinstance(kept[-1].value, Constant)):
            kept.pop()
        if len(kept) > 1 and is_call(kept[-1], frozenset({direct.name or ""}), ("commit",)):
            yield kept[-1], block
        last = kept[-1] if kept else None
        plain = isinstance(last, Try) and not last.orelse and (last in tries or not last.handlers)
        block = last.body if isinstance(last, Try) and plain and last is block[-1] else ()
