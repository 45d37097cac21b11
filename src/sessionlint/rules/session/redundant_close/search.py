"""A ``close()`` right before the ``with`` block closes the session anyway."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import Scope
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model.facts import Await, Block, Evaluate, Statement, Term, Try
from sessionlint.model.records import dataclass
from sessionlint.questions.sessions.block_uses import Act, Event, OwnBlock, events, own_blocks


@dataclass(frozen=True, slots=True, eq=False)
class RedundantClose:
    """``event`` is the last act of ``block``, or of the ``finally`` of ``ends`` with which the block ends."""

    block: OwnBlock
    event: Event
    ends: Try | None


def redundant_closes(project: Project) -> Iterator[RedundantClose]:
    """Every ``close()`` of the session of a ``with`` as the last act of that ``with``, or of a ``finally`` at its end."""
    for module in project.modules.values():
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
