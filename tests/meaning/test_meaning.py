"""A fixed function does the same queries, commits, rollbacks, closes, returns and raises as the one it was made from.

Always after a safe fix; after an unsafe one, but for what the rule's page says of it.
"""

import io
import tokenize
from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from meaning import witness
from meaning.bodies import (
    CONNECTION,
    CONNECTION_BLOCK,
    FLAGS,
    SESSION,
    begun_modules,
    modules,
    swallowing_modules,
)
from meaning.repair import Run, differences, fixed, run

FLAG_LISTS = st.lists(st.lists(st.booleans(), min_size=FLAGS, max_size=FLAGS), min_size=2, max_size=2)
SAME_EVERY_TIME = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=15,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
pytestmark = [pytest.mark.thorough, pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    engine = witness.make_engine()
    yield engine
    witness.forget()
    engine.dispose()


def comments(text: str) -> Counter[str]:
    return Counter(one.string for one in tokenize.generate_tokens(io.StringIO(text).readline) if one.type == tokenize.COMMENT)


def repaired(module: str, *codes: str, unsafe: bool) -> str:
    """``module`` with fixes, of which there has to be one; they keep comments, and a second run finds nothing to do."""
    after = fixed(module, codes, unsafe=unsafe)
    assume(after != module)
    assert comments(after) == comments(module)
    assert fixed(after, codes, unsafe=unsafe) == after
    return after


def runs(module: str, after: str, flag_lists: list[list[bool]], engine: Engine) -> Iterator[tuple[Run, Run, str]]:
    """Each flag list's run of both, and both texts for a message."""
    for flags in flag_lists:
        yield run(module, flags, engine), run(after, flags, engine), f"flags {flags}\n{module}\n--- fixed\n{after}"


def first_other(before: Run, after: Run) -> object:
    """The first event of ``after`` that ``before`` has not at that point."""
    pairs = zip_longest(before.trace, after.trace)
    return next((other for one, other in pairs if one != other), None)


@pytest.mark.parametrize("unsafe", [False, True])
def test_a_with_block_keeps_what_a_session_does_and_closes_it(unsafe: bool, engine: Engine) -> None:
    """Unsafe: objects that leave are detached, which nobody looks at here."""

    @SAME_EVERY_TIME
    @given(module=modules(SESSION), flags=FLAG_LISTS)
    def holds(module: str, flags: list[list[bool]]) -> None:
        after = repaired(module, "SES301", "SES302", "SES310", unsafe=unsafe)
        for before, behind, shown in runs(module, after, flags, engine):
            assert not differences(before, behind), shown
            assert behind.left_open <= before.left_open, shown

    holds()


def test_a_with_block_keeps_what_a_connection_does_and_closes_it(engine: Engine) -> None:
    @SAME_EVERY_TIME
    @given(module=modules(CONNECTION), flags=FLAG_LISTS)
    def holds(module: str, flags: list[list[bool]]) -> None:
        after = repaired(module, "SES108", unsafe=True)
        for before, behind, shown in runs(module, after, flags, engine):
            assert not differences(before, behind), shown
            assert behind.left_open <= before.left_open, shown

    holds()


def test_begin_commits_at_the_end_of_the_block_and_changes_nothing_before(engine: Engine) -> None:
    @SAME_EVERY_TIME
    @given(module=modules(CONNECTION_BLOCK), flags=FLAG_LISTS)
    def holds(module: str, flags: list[list[bool]]) -> None:
        after = repaired(module, "SES110", unsafe=True)
        for before, behind, shown in runs(module, after, flags, engine):
            assert not differences(before, behind) or first_other(before, behind) == "COMMIT", shown

    holds()


def test_a_rollback_in_the_handler_changes_nothing_before_it(engine: Engine) -> None:
    @SAME_EVERY_TIME
    @given(module=swallowing_modules(), flags=FLAG_LISTS)
    def holds(module: str, flags: list[list[bool]]) -> None:
        after = repaired(module, "SES312", unsafe=True)
        for before, behind, shown in runs(module, after, flags, engine):
            other = first_other(before, behind)  # in a loop, a savepoint keeps what the rounds before have written
            assert not differences(before, behind) or other == "rollback" or "SAVEPOINT" in str(other), shown

    holds()


def test_a_savepoint_goes_on_where_begin_raised(engine: Engine) -> None:
    @SAME_EVERY_TIME
    @given(module=begun_modules(), flags=FLAG_LISTS)
    def holds(module: str, flags: list[list[bool]]) -> None:
        after = repaired(module, "SES313", unsafe=True)
        for before, behind, shown in runs(module, after, flags, engine):
            assert behind.ending != "raises InvalidRequestError", shown
            refused = before.ending == "raises InvalidRequestError" or "except Exception" in module
            assert refused or not differences(before, behind), shown

    holds()
