import pytest

from pages.versions import Span, admits, read_spans, version_rows

TABLE = """\
| FastAPI | the code behind `yield` runs | the client |
|---|---|---|
| up to 0.105, since 0.118 | after the response | got 200 |
| since 0.121, `Depends(get_db, scope="function")` | before the response | got 500 |

| pattern | result |
|---|---|
| up to 1.0 | of no library |

| SQLAlchemy | what |
|---|---|
| 2.0 | it raises |
"""


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("up to 0.105", [Span(None, (0, 105))]),
        ("since 0.118", [Span((0, 118), None)]),
        ("0.106 to 0.117", [Span((0, 106), (0, 117))]),
        ("2.0", [Span((2, 0), (2, 0))]),
        ("up to 0.105, since 0.118", [Span(None, (0, 105)), Span((0, 118), None)]),
    ],
)
def test_versions_are_written_in_words(text: str, spans: list[Span]) -> None:
    assert read_spans(text) == tuple(spans)


@pytest.mark.parametrize("text", ["", "newest", ">=0.105", "0.105.1", "since 0.121, scoped"])
def test_other_words_are_no_versions(text: str) -> None:
    with pytest.raises(ValueError, match="are no versions"):
        read_spans(text)


@pytest.mark.parametrize(("found", "expected"), [((0, 105), True), ((0, 106), False), ((0, 117), False), ((0, 118), True)])
def test_both_ends_are_included(found: tuple[int, int], expected: bool) -> None:
    assert admits(read_spans("up to 0.105, since 0.118"), found) is expected


def test_the_rows_of_a_table_about_a_library_are_read_and_others_are_not() -> None:
    rows = list(version_rows(TABLE))
    assert [(row.line, row.library, row.told) for row in rows] == [
        (3, "fastapi", "after the response | got 200"),
        (4, "fastapi", '`Depends(get_db, scope="function")` | before the response | got 500'),
        (12, "sqlalchemy", "it raises"),
    ]
    assert [row.variant for row in rows] == ["", '`Depends(get_db, scope="function")`', ""]
