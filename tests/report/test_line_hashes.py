"""GitHub's ``primaryLocationLineHash``: the vectors of its action (``github/codeql-action``, src/fingerprints.test.ts)."""

import pytest

from sessionlint.model.source import Source
from sessionlint.report.line_hashes import line_hashes

ENDING_IN_A_LINE_END = [
    "e9496ae3ebfced30:1",
    "fb7c023a8b9ccb3f:1",
    "ce8ba1a563dcdaca:1",
    "e20e36e16fcb0cc8:1",
    "b3edc88f2938467e:1",
    "c8e28b0b4002a3a0:1",
    "c129715d7a2bc9a3:1",
]
VECTORS: dict[str, list[str]] = {
    "": ["c129715d7a2bc9a3:1"],
    " a\nb\n  \t\tc\n d": ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"],
    " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End": [
        "8b7cf3e952e7aeb2:1",
        "b1ae1287ec4718d9:1",
        "bff680108adb0fcc:1",
        "c6805c5e1288b612:1",
        "b86d3392aea1be30:1",
        "e6ceba753e1a442:1",
    ],
    " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n": ENDING_IN_A_LINE_END,
    " hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r": ENDING_IN_A_LINE_END,
    " hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n": ENDING_IN_A_LINE_END,
    " hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n": ENDING_IN_A_LINE_END,
    "Lorem ipsum dolor sit amet.\n" * 10: [
        *(f"a7f2ff13bc495cf2:{number}" for number in range(1, 7)),
        "a7f2ff1481e87703:1",
        "a9cf91f7bbf1862b:1",
        "55ec222b86bcae53:1",
        "cc97dc7b1d7d8f7b:1",
        "c129715d7a2bc9a3:1",
    ],
}


@pytest.mark.parametrize("text", VECTORS)
def test_each_line_has_the_hash_that_githubs_action_gives_it(text: str) -> None:
    expected = dict(enumerate(VECTORS[text], 1))
    assert dict(line_hashes(Source("x.py", text), expected)) == expected


def test_a_character_beyond_the_first_plane_is_two_and_a_byte_order_mark_is_one() -> None:
    hashes = {
        name: line_hashes(Source("x.py", text, bom=bom), [1])[1]
        for name, text, bom in (
            ("plain", "a", False),
            ("pair", "\U0001f600", False),
            ("halves", "\ud83d\ude00", False),
            ("mark", "a", True),
            ("written mark", "\ufeffa", False),
        )
    }
    assert hashes["pair"] == hashes["halves"]
    assert hashes["mark"] == hashes["written mark"] != hashes["plain"]


def test_what_is_not_utf_8_counts_as_what_a_reader_of_utf_8_takes_it_for() -> None:
    assert line_hashes(Source("x.py", "ü", "latin-1"), [1]) == line_hashes(Source("x.py", "\ufffd"), [1])
