"""What the report page says, and that crashes cannot hide in it."""

import json
import subprocess
from pathlib import Path

import pytest

from ecosystem import lint, report
from ecosystem.collection import Collection, Results, read_results
from ecosystem.excerpt import render
from ecosystem.labels import Label, short_id, write_labels

SOURCE = "\n".join(f"line_{number} = {number}" for number in range(1, 31)) + "\n"


def entry(code: str, row: int, message: str) -> dict[str, object]:
    related = [{"filename": "db.py", "location": {"row": 1, "column": 1}, "message": "the factory"}]
    return {"code": code, "filename": "app.py", "location": {"row": row, "column": 1}, "message": message, "related": related}


@pytest.fixture
def results(tmp_path: Path) -> Results:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "app.py").write_text(SOURCE, "utf-8")
    (tree / "db.py").write_text("factory = \x1b[31m1\n", "utf-8")
    text = json.dumps([entry("SES301", 10, "leaks"), entry("SES301", 20, "leaks"), entry("SES001", 30, "no syntax")])
    lint.save(lint.Run("demo", 2, 31, 0.5, "", text), tmp_path / "work")
    collection = Collection({"demo": tree}, tmp_path / "work", tmp_path / "labels.toml")
    leak = read_results(collection).found[1].key
    labels = {leak: Label("true", "leaks"), leak._replace(scope="gone"): Label("true", "was there")}
    write_labels(collection.labels, labels)
    return read_results(collection)


def test_the_report_holds_precision_and_what_changed(results: Results) -> None:
    text = report.render(results, {"demo": "1.0"})
    assert "| SES301 | 2 | 1 | 0 | 0 | 1 | 100.0% |" in text
    assert "| demo | 1.0 | 2 | 31 | 0.5 | 1 | 2 |" in text
    assert "- demo: `app.py:30` no syntax" in text
    assert "New, not labelled yet: 2" in text
    assert "Labelled, no longer found: 1\n\n- SES301 demo `app.py` gone: `line_10 = 10`" in text


def test_an_excerpt_shows_eight_lines_around_and_the_related_places_harmlessly(results: Results, tmp_path: Path) -> None:
    found = results.found[1]
    lines = render(found, tmp_path / "tree").splitlines()
    assert lines[0] == f"=== {short_id(found.key)}  SES301  demo  app.py:10  in <module>"
    assert [line for line in lines if line.startswith(">")] == [">   10 | line_10 = 10", ">    1 | factory = ?[31m1"]
    assert sum("line_" in line for line in lines) == 17


@pytest.mark.parametrize(
    ("status", "stderr", "expected"),
    [
        (0, "All checks passed!", ""),
        (1, "Found 3 findings.", ""),
        (2, "error: internal: SES301 failed\nAll checks passed!", "exit status 2: error: internal: SES301 failed"),
        (1, "Traceback (most recent call last):\nKeyError: 1", "exit status 1: KeyError: 1"),
        (-9, "", "exit status -9: no message"),
    ],
)
def test_a_run_that_failed_is_a_crash(status: int, stderr: str, expected: str) -> None:
    assert lint.failure(status, stderr) == expected


def test_a_time_out_is_a_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never_ends(*_: object, timeout: float, **__: object) -> None:
        raise subprocess.TimeoutExpired("sessionlint", timeout)

    monkeypatch.setattr(subprocess, "run", never_ends)
    assert lint.lint("demo", tmp_path, timeout=3).crash == "no answer within 3 s"


def test_a_report_cut_short_is_not_read() -> None:
    assert [lint.whole_report(text) for text in ('{"findings": [{"code": ', "", "{}", "[]", '{"findings": []}')] == ["[]"] * 5
    assert lint.whole_report('{"findings": [1], "skipped": []}') == "[1]"
