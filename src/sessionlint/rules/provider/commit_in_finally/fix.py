"""From a commit in the ``finally`` to one behind the ``yield``, where nothing was raised."""

from sessionlint.edits.blocks import drop_finally, remove_statement
from sessionlint.edits.provider_handlers import append_statement
from sessionlint.link.project import Project
from sessionlint.model import walk
from sessionlint.model.facts import Await, Block, Evaluate, Jump, Raise, Return, Statement, Try
from sessionlint.model.finding import Applicability, Edit, Fix
from sessionlint.model.source import Place, Source, Span
from sessionlint.questions.providers.commits import LenderCommit
from sessionlint.questions.providers.lending import is_pass
from sessionlint.text.lines import lines_of


def moved_commit_fix(project: Project, found: LenderCommit) -> Fix | None:
    """Move the commit to the end of the guarded block; None where something else would run before or after it than today."""
    guard = next((one for one in found.loan.guards if _commit_of(found, one) is not None), None)
    if guard is None or len(found.lender.loans) != 1:
        return None
    commit = _commit_of(found, guard)
    block = guard.orelse or guard.body
    ahead = (*guard.body, *guard.orelse)
    if commit is not guard.final[0] or any(_leaves(one) for one in walk.statements(ahead)):
        return None
    source = project.source(found.lender.function)
    lines = lines_of(source.text)
    if lines.comments_in(commit.span):
        return None
    written = source.text[slice(*commit.span)]
    if len(guard.final) == 1:
        return _without_finally(source, guard, block, written)
    removed = remove_statement(source, commit, guard.final)
    added = append_statement(source, block, guard.span.start, written)
    return _fix((added, *removed)) if added is not None and removed is not None else None


def _commit_of(found: LenderCommit, guard: Try) -> Statement | None:
    """The statement of the ``finally`` that is the commit, if it stands there by itself."""
    for statement in guard.final:
        if isinstance(statement, Evaluate):
            call = statement.value.value if isinstance(statement.value, Await) else statement.value
            if call.span == found.place.span:
                return statement
    return None


def _leaves(statement: Statement) -> bool:
    return isinstance(statement, Return | Raise) or (isinstance(statement, Jump) and not is_pass(statement))


def _without_finally(source: Source, guard: Try, block: Block, written: str) -> Fix | None:
    """The commit is all that the ``finally`` does: the clause goes, and without handlers the ``try`` goes with it."""
    dropped = drop_finally(source, guard)
    added = append_statement(source, block, guard.span.start, written)
    lines = lines_of(source.text)
    if dropped is None or added is None or lines.logical_of(block[0].span.start).start != block[0].span.start:
        return None
    if not guard.handlers:  # the body moves to the left
        text = added.text.replace(lines.indent(block[0].span.start), lines.indent(guard.span.start), 1)
        added = Edit(Place(source.path, Span(*added.place.span)), text)
    return _fix((added, *dropped))


def _fix(edits: tuple[Edit, ...]) -> Fix:
    return Fix("commit behind the `yield`, where nothing was raised", edits, Applicability.UNSAFE)
