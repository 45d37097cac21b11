"""Whether a generator that lends a session could be made a context manager, and what its end does."""

from sessionlint.link.names.scopes import FunctionScope
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model.facts import For, While
from sessionlint.questions.leaving.ways import Way, ways_out
from sessionlint.questions.providers.commits import commits_late
from sessionlint.questions.providers.lending import loans


def can_be_entered(project: Project, function: FunctionScope) -> bool:
    """Whether ``contextmanager(function)`` would do: undecorated, one yield, in no loop, and every handler around it raises."""
    lent = list(loans(function))
    if function.node.decorators or len(lent) != 1 or lent[0].term.delegated:
        return False
    if any(isinstance(outer, For | While) for outer, _ in lent[0].around):
        return False
    handlers = (handler for guard in lent[0].guards for handler in guard.handlers)
    return all(ways_out(project, handler.body, function) <= {Way.RAISES} for handler in handlers)


def commits_at_its_end(project: Project, function: FunctionScope) -> bool:
    """Whether the function, driven to its end, commits behind its yield."""
    lent = project.evaluator.yielded(function)
    return isinstance(lent, kinds.Session) and any(commits_late(project, function, loan) for loan in loans(function))
