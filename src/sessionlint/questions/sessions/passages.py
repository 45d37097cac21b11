"""What a function makes of the session that it is handed, as its caller sees it."""

from sessionlint.model.records import dataclass
from sessionlint.questions.sessions.block_uses import Act, Event
from sessionlint.questions.sessions.conditions import Condition, Conditions, Failed, State


@dataclass(frozen=True, slots=True)
class Passage:
    """What a function makes of one condition of the session that it is given: the conditions behind the call, those in which it
    raises, and whether it does what a failed session refuses, before it thinks of a rollback."""

    falls: Conditions
    raises: Conditions
    refused: bool = False


UNFOLLOWED = Passage(frozenset({State.UNKNOWN}), frozenset({State.UNKNOWN}))


def mends(event: Event, behind: Conditions) -> bool:
    """Whether a session that failed has been seen to, also where that raises: a rollback, or a function that rolls back."""
    return event.act in (Act.ROLLBACK, Act.CLOSE) or (
        event.act is Act.PASSED and not any(isinstance(state, Failed) for state in behind)
    )


def behind(state: Condition, found: Passage) -> Conditions:
    """The conditions behind a call of a function, as its caller has them."""
    failed = frozenset(other for other in found.falls if isinstance(other, Failed))
    others = found.falls - failed
    if isinstance(state, Failed) and failed and not others and not found.refused:
        return frozenset({state})
    # what fails in the function and is swallowed there is not followed any further
    return others or frozenset({State.UNKNOWN})
