from collections.abc import Mapping

import pytest

from sessionlint.report.colour import ColourChoice, paint, use_colour
from sessionlint.report.look import is_width_known, terminal_width


@pytest.mark.parametrize(
    ("choice", "environment", "isatty", "expected"),
    [
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("auto", {"TERM": "dumb"}, True, False),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"FORCE_COLOR": "3", "TERM": "dumb"}, False, True),
        ("auto", {"FORCE_COLOR": "0"}, True, False),
        ("auto", {"FORCE_COLOR": ""}, False, False),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ("always", {"NO_COLOR": "1", "TERM": "dumb"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_colour_follows_the_choice_then_the_environment_then_the_terminal(
    choice: ColourChoice, environment: Mapping[str, str], isatty: bool, expected: bool
) -> None:
    assert use_colour(choice, environment, isatty) is expected


def test_painting_nothing_gives_nothing() -> None:
    assert paint("", "error", colour=True) == ""
    assert paint("x", "error", colour=False) == "x"
    assert paint("x", "error", colour=True) == "\x1b[1;31mx\x1b[0m"


def test_the_width_is_columns_or_the_terminals_and_80_without_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "133")
    assert terminal_width(isatty=True) == terminal_width(isatty=False) == 133
    monkeypatch.setenv("COLUMNS", "3")
    assert terminal_width(isatty=True) == terminal_width(isatty=False) == 40


@pytest.mark.parametrize("nonsense", ["", "0", "-5", "wide", "9" * 6])
def test_columns_without_a_sensible_number_say_nothing(monkeypatch: pytest.MonkeyPatch, nonsense: str) -> None:
    monkeypatch.setenv("COLUMNS", nonsense)
    assert (terminal_width(isatty=False), is_width_known(isatty=False)) == (80, False)
    assert is_width_known(isatty=True)
