import pytest

from sessionlint.edits.parse_check import parses


@pytest.mark.parametrize("text", ["", "x = 1", "with a as b:\r\n\tpass\r\n", "type X = int\n", "(" * 200 + "x" + ")" * 200])
def test_python_parses(text: str) -> None:
    assert parses(text)


@pytest.mark.parametrize("text", ["with a as b:\n", "x = (\n", "if x:\npass\n", "  x\n y\n", "(" * 100_000])
def test_what_is_not_python_or_too_deep_does_not(text: str) -> None:
    assert not parses(text)
