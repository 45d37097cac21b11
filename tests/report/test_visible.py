import pytest

from sessionlint.report.visible import visible, width, wrap


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
