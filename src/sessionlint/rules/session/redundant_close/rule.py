"""SES310 redundant-close: the session is closed by hand as the last act of the ``with`` that closes it.

Why: it does nothing, and it makes readers believe that the ``with`` does not close.

Fix safety: safe; the same transaction ends, the same connection is returned, at the same point. A ``finally`` that holds
nothing else goes with it.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope, Scope
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model.facts import Await, Block, Evaluate, Statement, Term, Try
from sessionlint.model.finding import Applicability, Finding, Fix, Related
from sessionlint.model.records import dataclass
from sessionlint.questions.sessions.block_uses import Act, Event, OwnBlock, events, own_blocks
from sessionlint.rules.session.redundant_close import RULE


@dataclass(frozen=True, slots=True, eq=False)
class RedundantClose:
    """``event`` is the last act of ``block``, or of the ``finally`` of ``ends`` with which the block ends."""

    block: OwnBlock
    event: Event
    ends: Try | None


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for found in redundant_closes(project, module):
        yield RULE.finding(
            found.event.place,
            f"`{found.block.name}.close()` does nothing: the `with` block closes the session right behind it",
            related=(Related(found.block.place, "closed at the end of this block"),),
            help="leave it out",
            fix=_fix(project, found),
        )


def _fix(project: Project, found: RedundantClose) -> Fix | None:
    from sessionlint.edits.blocks import drop_finally, remove_statement

    site, source = found.event.site, project.source(found.block.scope)
    if found.ends is not None and len(site.block) == 1:
        edits = drop_finally(source, found.ends)
    else:
        edits = remove_statement(source, site.statement, site.block)
    return Fix("remove the `close()`", edits, Applicability.SAFE) if edits else None


def redundant_closes(project: Project, module: ModuleScope) -> Iterator[RedundantClose]:
    """Every ``close()`` of the session of a ``with`` as the last act of that ``with``, or of a ``finally`` at its end."""
    scopes: tuple[Scope, ...] = (module, *module.functions)
    for scope in scopes:
        for block in own_blocks(project, scope):
            if isinstance(block.held, kinds.Session) and block.direct and not block.begins:
                last, ends = _last(block.statement.body)
                for event in events(project, scope, block.name):
                    if event.site.statement is last and event.act is Act.CLOSE and _is_whole(event, last):
                        yield RedundantClose(block, event, ends)


def _last(block: Block, ends: Try | None = None) -> tuple[Statement, Try | None]:
    """The statement that runs last, whichever way the block is left, and the ``try`` whose ``finally`` it ends."""
    last = block[-1]
    return _last(last.final, last) if isinstance(last, Try) and last.final else (last, ends)


def _is_whole(event: Event, statement: Statement) -> bool:
    """Whether the statement is the call and nothing else."""
    if not isinstance(statement, Evaluate) or event.method != "close":
        return False
    value: Term = statement.value.value if isinstance(statement.value, Await) else statement.value
    return value is event.call
