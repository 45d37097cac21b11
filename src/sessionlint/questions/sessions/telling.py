"""What a test can know of an error that was caught: the names by which code tells afterwards that something failed, and what."""

from collections.abc import Iterable
from dataclasses import field

from sessionlint.model import walk
from sessionlint.model.facts import Assign, Block, Collection, Constant, Handler, Name, Statement, Term, Try
from sessionlint.model.records import dataclass
from sessionlint.questions.sessions.conditions import Failed


@dataclass(frozen=True, slots=True)
class Telling:
    """The names that tell ``behind`` what catches an error, and those that tell the handler itself ``within`` it; and the
    statements of its ``try``, of which some were not reached."""

    behind: frozenset[str]
    handler: Handler | None = None
    within: frozenset[str] = frozenset()
    tried: tuple[Statement, ...] = field(default=(), compare=False)

    def names(self, failed: Failed, test: Term) -> frozenset[str]:
        """The names by which ``test`` may know of the failure."""
        if self.handler is None or not self.handler.span.contains(test.span):
            return self.behind
        reached = failed.at.site.statement.span.end if failed.at is not None else 0
        unreached = (statement for statement in self.tried if statement.span.start >= reached)
        return self.within | _bound(unreached)


def telling(statement: Try, handler: Handler) -> Telling:
    """Behind its handler, a ``try`` is told of by what is assigned in it or touched by the handler; in it, by the error and by
    flags, not by an object that the ``try`` has loaded before."""
    touched = {name for inner in walk.statements(handler.body) for term in walk.own_terms(inner) for name in roots(term)}
    tried = (*walk.statements(statement.body),)
    flags = (inner for inner in tried if isinstance(inner, Assign) and (inner.augmented or isinstance(inner.value, Constant)))
    within = _bound(flags) | _bound(walk.statements(handler.body)) | ({handler.name} if handler.name is not None else set())
    return Telling(assigned((*statement.body, *statement.orelse)) | touched, handler, frozenset(within), tried)


def assigned(block: Block) -> frozenset[str]:
    """The names that a block assigns to, or to something of them."""
    return frozenset(name for one in walk.statements(block) for target in getattr(one, "targets", ()) for name in roots(target))


def _bound(statements: Iterable[Statement]) -> frozenset[str]:
    """The names to which statements give another value."""
    targets = [target for one in statements for target in getattr(one, "targets", ())]
    items = [item for target in targets for item in (target.items if isinstance(target, Collection) else (target,))]
    return frozenset(item.id for item in items if isinstance(item, Name))


def roots(term: Term) -> frozenset[str]:
    """The names in a term."""
    return frozenset(inner.id for inner, _ in walk.descend(term) if isinstance(inner, Name))
