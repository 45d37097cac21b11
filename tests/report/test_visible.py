import pytest

from sessionlint.report.visible import inert, visible, width, without_brackets, wrap


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain é 世界 😀", "plain é 世界 😀"),
        ("a\tb", "a   b"),
        ("世\tb", "世  b"),
        ("\x00\x1b\x7f\r\n", "␀␛␡␍␊"),
        ("\x9b\x85\u2028\u202e\u200b\ufeff", "\\x9b\\x85\\u2028\\u202e\\u200b\\ufeff"),
        ("\udcff", "\\udcff"),
        ("\U000e0041", "\\U000e0041"),
        ("👩\u200d💻", "👩\u200d💻"),
    ],
)
def test_control_characters_are_made_visible_and_nothing_else_changes(text: str, expected: str) -> None:
    assert visible(text) == expected
    visible(text).encode()


def test_width_counts_cells() -> None:
    assert [width(text) for text in ("abc", "世界", "e\u0301", "ﾊ", "\uff41", "")] == [3, 4, 1, 1, 2, 0]


def test_wrapping_breaks_at_spaces_by_cells_and_keeps_long_words_whole() -> None:
    assert wrap("世界 世界 世界 averyveryverylongword b", 11, "x: ", "   ") == [
        "x: 世界",
        "   世界",
        "   世界",
        "   averyveryverylongword",
        "   b",
    ]
    assert wrap("世界 世界 b", 12, "x: ", "   ") == ["x: 世界 世界", "   b"]
    assert wrap("", 10, "x: ") == ["x:"]
    assert wrap("long words", 10, "a label: ", "  ") == ["a label:", "  long", "  words"]


def test_what_is_kept_stays_as_it_is() -> None:
    assert visible("a\tb\r\x1b\n", keep="\t\n") == "a\tb␍␛\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("::error::x", "\\x3a:error::x"),
        ("a\n \t\u2003\x0b::set-output name=x::y", "a\n \t\u2003\x0b\\x3a:set-output name=x::y"),
        ("a\r::warning::x", "a\r\\x3a:warning::x"),
        ("\x1b[1m::error::x\x1b[0m", "\x1b[1m\\x3a:error::x\x1b[0m"),
        ("a ##[error]b", "a #\\x23[error]b"),
        ("a ###vso[task.setvariable]b", "a ##\\x23vso[task.setvariable]b"),
        ("##teamcity[x]", "#\\x23teamcity[x]"),
        ("a ::error::b\n::\n:: x\n## y\nx[::step]\n", "a ::error::b\n::\n:: x\n## y\nx[::step]\n"),
    ],
)
def test_commands_of_a_ci_are_made_inert_and_nothing_else_changes(text: str, expected: str) -> None:
    assert inert(text) == expected
    assert inert(expected) == expected


def test_a_hash_sign_is_written_as_the_format_writes_it() -> None:
    assert without_brackets("##[a] ## b", "\\u0023") == "#\\u0023[a] ## b"
