"""The comparison of ways tells what differs, and does not call a way the same that was never gone."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from ecosystem import same
from ecosystem.__main__ import main
from ecosystem.same import WAYS, Row, Seen, Way, WorkersFailedError, compared, difference, line, look
from sessionlint.run.extraction import workers

pytestmark = pytest.mark.thorough

LEAKS = """\
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

SessionLocal = sessionmaker(create_engine("sqlite://"))


def work():
    db = SessionLocal()
    return db.get(object, 1)
"""
FIXTURES = Path(__file__).parents[2] / "fixtures"
FORGETFUL = Way("forgetful", {"config": ('ignore = ["SES301"]',)})


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    folder.mkdir()
    (folder / "leaks.py").write_text(LEAKS)
    (folder / "other.py").write_text("x = 1\n")
    return folder


def differences(tree: Path, *ways: Way) -> list[str]:
    return [row.difference for row in compared(tree, ways=ways)]


def test_every_way_to_the_fixtures_is_the_same() -> None:
    rows = list(compared(FIXTURES, ["ALL"]))
    assert [(row.way, row.difference) for row in rows] == [(way.name, "") for way in WAYS]
    assert all(row.seen and row.seen.findings > 10 and row.seen.fixes > 10 for row in rows)


def test_a_way_that_finds_something_else_is_told(tree: Path) -> None:
    plain, forgetful = differences(tree, WAYS[0], FORGETFUL)
    assert plain == ""
    assert (tree / "leaks.py").read_text() == LEAKS
    assert forgetful.startswith('findings, 1: nothing instead of {"code": "SES301"')


def test_a_way_that_crashes_is_told_and_the_next_is_gone(tree: Path) -> None:
    rows = list(compared(tree, ways=[WAYS[0], Way("broken", {"no-such-field": 1}), WAYS[1]]))
    assert [row.difference for row in rows][::2] == ["", ""]
    assert rows[1].seen is None
    assert rows[1].difference.startswith("crashed: TypeError: ")


def test_workers_that_fail_are_no_way_with_workers(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "command", lambda: [sys.executable, "-c", "raise SystemExit(3)"])
    with pytest.raises(WorkersFailedError, match="the workers failed"):
        look(Way("three workers", {"jobs": 3}, workers=True), tree, (), tmp_path)


def test_a_way_with_a_cache_leaves_one_for_the_next_way(tree: Path, tmp_path: Path) -> None:
    look(Way("cold cache", cache="one"), tree, (), tmp_path)
    assert {path.parent.parent.name for path in tmp_path.glob("*/*/facts-*.sqlite")} == {"one-none", "one-unsafe"}


def test_other_rules_can_be_selected(tree: Path) -> None:
    found = [row.seen.findings for row in compared(tree, ["SES101"], WAYS[:1]) if row.seen]
    assert found == [1]


SEEN = Seen(2, 1, 1, {"findings": ["a", "b"], "fixes": ["+ x"]})


@pytest.mark.parametrize(
    ("findings", "fixes", "files", "told"),
    [
        (["a", "b"], ["+ x"], 2, ""),
        (["a", "c"], [], 2, "findings, 2: c instead of b"),
        (["a", "b", "c"], ["+ x"], 2, "findings, 3: c instead of nothing"),
        (["a", "b"], [], 2, "fixes, 1: nothing instead of + x"),
        (["a", "b"], ["+ x"], 3, "3 files instead of 2"),
    ],
)
def test_the_first_difference_is_told(findings: Sequence[str], fixes: Sequence[str], files: int, told: str) -> None:
    assert difference(SEEN, replace(SEEN, files=files, parts={"findings": findings, "fixes": fixes})) == told


def test_a_way_may_be_meant_to_differ_in_a_part() -> None:
    noted, silent = (replace(SEEN, parts={"notes": notes, "errors": []}) for notes in (["a"], []))
    assert difference(noted, silent) == "notes, 1: nothing instead of a"
    assert difference(noted, silent, ["notes"]) == ""


def test_a_long_line_is_shown_around_what_differs() -> None:
    before, after = (replace(SEEN, parts={"findings": ["-" * 500 + end + "-" * 500]}) for end in ("x", "y"))
    told = difference(before, after)
    assert "y" in told and "x" in told
    assert len(told) < 500


def test_a_row_holds_counts_and_what_differs() -> None:
    assert line(Row("warm cache", SEEN, "")) == "warm cache                      2 files     1 findings     1 fixes  same"
    assert line(Row("broken", None, "crashed: x")).endswith("DIFFERENT: crashed: x")


def test_the_command_fails_when_a_way_differs(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = []
    for ways in (WAYS[:1], (WAYS[0], FORGETFUL)):
        rows = list(compared(tree, ways=ways))
        monkeypatch.setattr(same, "compared", lambda *_, rows=rows: iter(rows))
        done.append(CliRunner().invoke(main, ["same", "--tree", str(tree)]))
    assert [one.exit_code for one in done] == [0, 1]
    assert "DIFFERENT: findings, 1" in done[1].output
