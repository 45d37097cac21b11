"""A fixed function does the same queries, commits, rollbacks, returns and raises as the one it was made from."""

import io
import tokenize
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st
from meaning import witness
from meaning.bodies import FLAGS, SESSION, modules
from meaning.repair import Run, differences, fixed, run
from sqlalchemy import Engine

FLAG_LISTS = st.lists(st.booleans(), min_size=FLAGS, max_size=FLAGS)
KEEP = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=150,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.function_scoped_fixture, HealthCheck.large_base_example, HealthCheck.data_too_large],
)
LIFE = ("SES301", "SES302", "SES310")


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    engine = witness.make_engine()
    yield engine
    witness.forget()
    engine.dispose()


def comments(text: str) -> Counter[str]:
    return Counter(one.string for one in tokenize.generate_tokens(io.StringIO(text).readline) if one.type == tokenize.COMMENT)


def compared(before: str, after: str, flags: list[bool], engine: Engine) -> tuple[Run, Run]:
    one, other = run(before, flags, engine), run(after, flags, engine)
    found = differences(one, other)
    assert not found, f"{found}\nflags {flags}\n{before}\n--- fixed\n{after}"
    return one, other


@KEEP
@given(module=modules(SESSION), flags=st.lists(FLAG_LISTS, min_size=3, max_size=3))
def test_safe_fixes_of_sessions_keep_everything(module: str, flags: list[list[bool]], engine: Engine) -> None:
    after = fixed(module, LIFE, unsafe=False)
    event("fixed" if after != module else "as it was")
    if after != module:
        assert comments(after) == comments(module)
        assert fixed(after, LIFE, unsafe=False) == after
        for one in flags:
            compared(module, after, one, engine)
