import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlint.run.files.wildcards import ANY_CHARACTER, Token, Wildcard, expression

PATHS = st.lists(st.text("ab", min_size=1, max_size=4), min_size=1, max_size=4).map("/".join)
TOKENS = st.lists(st.sampled_from(["a", "b", "/", ANY_CHARACTER, *Wildcard]), max_size=9)


def plainly(tokens: Sequence[Token]) -> str:
    return "".join(token.value if isinstance(token, Wildcard) else token for token in tokens)


def names_whole_folders(tokens: Sequence[Token]) -> bool:
    before = ["/", *tokens]
    return all(previous == "/" for previous, token in zip(before, tokens, strict=False) if token is Wildcard.FOLDERS)


@given(TOKENS.filter(names_whole_folders), PATHS)
def test_the_expression_matches_what_the_plain_one_does(tokens: Sequence[Token], path: str) -> None:
    expected = re.fullmatch(plainly(tokens), path, re.DOTALL) is not None
    assert (re.fullmatch(expression(tokens), path, re.DOTALL) is not None) is expected


def test_expressions_can_be_alternatives_of_one() -> None:
    patterns: list[list[Token]] = [[Wildcard.STAR, letter, Wildcard.STAR, letter, Wildcard.STAR] for letter in "abc"]
    joined = re.compile("|".join(f"(?:{expression(tokens)})" for tokens in patterns))
    assert joined.fullmatch("xbyb")
    assert joined.fullmatch("c-c-")
    assert not joined.fullmatch("abc")


@pytest.mark.parametrize("wildcard", Wildcard)
def test_many_wildcards_take_no_time(wildcard: Wildcard) -> None:
    piece: list[Token] = [wildcard, "a", "/"] if wildcard is Wildcard.FOLDERS else [wildcard, "a"]
    path = "a/" * 500 if wildcard is Wildcard.FOLDERS else "a" * 1000
    assert not re.fullmatch(expression([*piece * 40, Wildcard.STAR, "b"]), path, re.DOTALL)
