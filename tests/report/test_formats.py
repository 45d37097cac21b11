import json

import pytest
from sample_outcome import OUTCOME, REPORTS, SOURCES, only

from sessionlint.model.outcome import Outcome
from sessionlint.report import statistics
from sessionlint.report.formats import FORMATS, renderer
from sessionlint.report.look import Look

EXPECTED = REPORTS / "expected"
NARROW = Look(width=60, colour=True, unsafe_fixes=True)


@pytest.mark.parametrize(
    ("name", "look", "expected"),
    [
        ("full", Look(), "full.txt"),
        ("full", NARROW, "full-narrow-colour.txt"),
        ("concise", Look(), "concise.txt"),
        ("github", Look(), "github.txt"),
        ("json", Look(), "json.json"),
    ],
)
def test_a_format_renders_the_sample_as_expected(name: str, look: Look, expected: str) -> None:
    assert renderer(name)(OUTCOME, SOURCES, look) == (EXPECTED / expected).read_text(encoding="utf-8")


def test_statistics_count_findings_per_rule_most_frequent_first() -> None:
    assert statistics.render(OUTCOME, SOURCES, Look()) == (EXPECTED / "statistics.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FORMATS)
def test_a_clean_run_renders_as_nothing_or_an_empty_list(name: str) -> None:
    assert renderer(name)(Outcome(()), {}, Look()) == ("[]\n" if name == "json" else "")


@pytest.mark.parametrize("name", FORMATS)
def test_a_finding_whose_file_is_not_at_hand_is_still_reported(name: str) -> None:
    outcome, _ = only("gone")
    assert "SES301" in renderer(name)(outcome, {}, Look())


@pytest.mark.parametrize("name", FORMATS)
def test_paths_are_shown_as_the_caller_wants_them(name: str) -> None:
    outcome, sources = only("db = f()", "f()")
    assert "../up/x.py" in renderer(name)(outcome, sources, Look(shown_path=lambda path: f"../up/{path}"))


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match="sarif2"):
        renderer("sarif2")


def test_json_carries_any_file_name_and_counts_columns_in_code_points() -> None:
    outcome, sources = only("名前 = '😀'; db = f()", "f()", path="na\udcffme.py")
    [found] = json.loads(renderer("json")(outcome, sources, Look()))
    assert found["filename"] == "na\udcffme.py"
    assert found["location"] == {"row": 1, "column": 16}
    assert found["fix"] is None


def test_github_commands_escape_what_would_end_a_property_or_the_line() -> None:
    outcome, sources = only("f()", "f()", path="a,b:c%d.py", message="50% gone\r\nreally: yes, so")
    assert renderer("github")(outcome, sources, Look()) == (
        "::error title=sessionlint (SES301),file=a%2Cb%3Ac%25d.py,line=1,endLine=1,col=1,endColumn=4"
        "::SES301 50%25 gone%0D%0Areally: yes, so\n"
    )
