import json
import re

import pytest
from sample_outcome import OUTCOME, REPORTS, SOURCES, only

from sessionlint import __version__
from sessionlint.model.outcome import Outcome, Skipped
from sessionlint.report import statistics
from sessionlint.report.formats import FORMATS
from sessionlint.report.look import Look
from sessionlint.report.rendering import renderer

EXPECTED = REPORTS / "expected"
ON_A_HOST = {"sarif", "github", "gitlab", "azure", "markdown"}  # what is shown where the repository is
NARROW = Look(width=60, colour=True, unsafe_fixes=True)


@pytest.mark.parametrize(
    ("name", "look", "expected"),
    [
        ("full", Look(), "full.txt"),
        ("full", NARROW, "full-narrow-colour.txt"),
        ("concise", Look(), "concise.txt"),
        ("grouped", Look(), "grouped.txt"),
        ("github", Look(), "github.txt"),
        ("azure", Look(), "azure.txt"),
        ("pylint", Look(), "pylint.txt"),
        ("markdown", Look(), "markdown.md"),
        ("json", Look(), "json.json"),
        ("json-lines", Look(), "json-lines.jsonl"),
        ("sarif", Look(page="# {}\n".format), "sarif.json"),
        ("gitlab", Look(), "gitlab.json"),
        ("rdjson", Look(), "rdjson.json"),
        ("junit", Look(), "junit.xml"),
    ],
)
def test_a_format_renders_the_sample_as_expected(name: str, look: Look, expected: str, request: pytest.FixtureRequest) -> None:
    text = renderer(name)(OUTCOME, SOURCES, look)
    text = re.sub('timestamp="[^"]+"', 'timestamp="2026-01-31T12:00:00"', text)
    if request.config.getoption("--accept"):
        (EXPECTED / expected).write_text(text.replace(__version__, "VERSION"), encoding="utf-8")
    assert text.replace(__version__, "VERSION") == (EXPECTED / expected).read_text(encoding="utf-8")


def test_every_format_has_its_sample() -> None:
    """The test above shows each of them."""
    assert {path.stem for path in EXPECTED.iterdir()} == {*FORMATS, "full-narrow-colour", "statistics"}


def test_statistics_count_findings_per_rule_most_frequent_first() -> None:
    assert statistics.render(OUTCOME, SOURCES, Look()) == (EXPECTED / "statistics.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FORMATS)
def test_a_clean_run_renders_as_nothing_or_as_data_without_findings(name: str) -> None:
    assert "SES" not in renderer(name)(Outcome((), checked=3), {}, Look())


def test_json_of_a_clean_run_has_everything_but_findings() -> None:
    report = json.loads(renderer("json")(Outcome((), checked=3), {}, Look()))
    assert (report["findings"], report["skipped"], report["errors"]) == ([], [], [])
    assert report["summary"]["checked"] == 3


def test_json_tells_what_was_skipped_and_what_went_wrong() -> None:
    outcome = Outcome((), skipped=(Skipped("t.py", "looks like a template"),), errors=("SES301 failed",))
    report = json.loads(renderer("json")(outcome, {}, Look(shown_path=lambda path: f"../{path}")))
    assert report["skipped"] == [{"filename": "../t.py", "reason": "looks like a template"}]
    assert report["errors"] == ["SES301 failed"]
    assert (report["summary"]["skipped"], report["summary"]["errors"]) == (1, 1)


@pytest.mark.parametrize("name", FORMATS)
def test_a_finding_whose_file_is_not_at_hand_is_still_reported(name: str) -> None:
    outcome, _ = only("gone")
    assert "SES301" in renderer(name)(outcome, {}, Look())


@pytest.mark.parametrize("name", FORMATS)
def test_paths_are_shown_as_the_caller_wants_them(name: str) -> None:
    outcome, sources = only("db = f()", "f()")
    look = Look(shown_path="here/{}".format, repository_path="top/{}".format)
    text = renderer(name)(outcome, sources, look)
    assert ("top/x.py" if name in ON_A_HOST else "here/x.py") in text
    assert text.count("x.py") == text.count("/x.py")


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match="sarif2"):
        renderer("sarif2")


def test_json_carries_any_file_name_and_counts_columns_in_code_points() -> None:
    outcome, sources = only("名前 = '😀'; db = f()", "f()", path="na\udcffme.py")
    [found] = json.loads(renderer("json")(outcome, sources, Look()))["findings"]
    assert found["filename"] == "na\udcffme.py"
    assert found["location"] == {"row": 1, "column": 16}
    assert found["fix"] is None


def test_github_commands_escape_what_would_end_a_property_or_the_line() -> None:
    outcome, sources = only("f()", "f()", path="a,b:c%d.py", message="50% gone\r\nreally: yes, so")
    assert renderer("github")(outcome, sources, Look()) == (
        "::error title=sessionlint (SES301),file=a%2Cb%3Ac%25d.py,line=1,endLine=1,col=1,endColumn=4"
        "::SES301 50%25 gone%0D%0Areally: yes, so\n"
    )


def test_github_commands_carry_nothing_that_steers_or_commands() -> None:
    outcome, sources = only("f()", "f()", path="a\x1b[2J\n.py", message="\x9b31m\u202e \udcff ##vso[task.x]y\t.")
    assert renderer("github")(outcome, sources, Look()) == (
        "::error title=sessionlint (SES301),file=a␛[2J%0A.py,line=1,endLine=1,col=1,endColumn=4"
        "::SES301 \\x9b31m\\u202e \\udcff #\\x23vso[task.x]y\t.\n"
    )


def test_json_holds_what_looks_like_a_command_without_showing_one() -> None:
    outcome, sources = only("f()", "f()", message="##[error]a ##vso[b]c ## d")
    text = renderer("json")(outcome, sources, Look())
    assert "##[" not in text and "##vso" not in text
    assert json.loads(text)["findings"][0]["message"] == "##[error]a ##vso[b]c ## d"
