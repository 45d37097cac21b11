"""How control can leave a block when the statements in it do not raise by accident."""

from enum import Enum

from sessionlint.link.names.scopes import FunctionScope, Scope
from sessionlint.link.project import Project
from sessionlint.model.facts import Block
from sessionlint.questions.leaving.never_returns import Leaving, Trust, never_returns_in


class Way(Enum):
    FALLS = "to the statement behind"
    ENDS = "out of the function or loop: return, break, continue"
    RAISES = "by an exception that the block raises itself"
    YIELDS = "stopped at a yield; what comes behind that is not looked at"


Ways = frozenset[Way]


def ways_out(project: Project, block: Block, function: FunctionScope) -> Ways:
    """Every way in which control can leave ``block`` of ``function``; what a bare name of elsewhere calls may raise."""
    walk = Leaving(project, function, never_returns_in(project, function))
    exits = walk.leave(block)
    ways = {
        Way.FALLS: Trust.SURE in exits.falls,
        Way.ENDS: Trust.SURE in exits.returns | exits.breaks | exits.continues,
        Way.RAISES: Trust.SURE in exits.raises,
        Way.YIELDS: walk.yields,
    }
    return frozenset(way for way, is_open in ways.items() if is_open)


def is_left(project: Project, block: Block, scope: Scope, *, loop: bool = False) -> bool:
    """Whether control surely never gets behind ``block``; with ``loop``: nor into the next round of the loop around it."""
    walk = Leaving(project, scope, never_returns_in(project, scope))
    exits = walk.leave(block)
    return not (exits.falls or walk.yields or (loop and exits.continues))
