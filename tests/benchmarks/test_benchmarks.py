"""The harness measures what it says. What it measured is nobody's business here: no test asserts a time."""

import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks import report, trees
from benchmarks.measure import Contender, ContenderFailedError, Medians, Run, alternately, medians
from ecosystem import packages
from ecosystem.packages import Package


def test_contenders_take_turns_and_the_first_round_does_not_count(tmp_path: Path) -> None:
    log = tmp_path / "log"

    def writing(letter: str) -> Contender:
        code = f"open({str(log)!r}, 'a').write({letter!r})"
        return Contender(letter, [sys.executable, "-c", code], lambda: log.open("a").close())

    found = alternately([writing("a"), writing("b")], 2, {}, tmp_path)
    assert log.read_text() == "ababab"
    assert [(row.name, row.runs) for row in found] == [("a", 2), ("b", 2)]
    assert all(row.peak > 1 for row in found)


def test_a_command_that_fails_is_no_measurement(tmp_path: Path) -> None:
    broken = Contender("broken", [sys.executable, "-c", "raise SystemExit('no such option')"], exits=frozenset({0}))
    with pytest.raises(ContenderFailedError, match="broken ended with 1: no such option"):
        alternately([broken], 1, {}, tmp_path)


def test_one_lucky_run_does_not_move_the_median() -> None:
    assert medians("x", [Run(1, 1, 1), Run(2, 2, 2), Run(9, 9, 9)]) == Medians("x", 3, 2, 2, 2)


def test_the_table_shows_multiples_of_the_chosen_row() -> None:
    rows = [Medians("ours", 5, 0.5, 0.4, 50), Medians("theirs", 5, 3, 2, 100)]
    assert report.table(rows, "ours").splitlines()[2:] == [
        "| ours | 500 ms | 400 ms | 50 MiB | 1.00 | 5 |",
        "| theirs | 3.00 s | 2.00 s | 100 MiB | 5.00 | 5 |",
    ]


def test_the_plot_is_a_picture() -> None:
    row = Medians("x", 1, 2, 2, 50)
    root = ElementTree.fromstring(report.plot([(1_000, row, row), (2_000, row, row)]))
    assert len(root.findall("{http://www.w3.org/2000/svg}polyline")) == 2


def test_results_are_put_where_the_readme_has_a_place_for_them(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("a\n<!-- t -->\nold\n<!-- /t -->\nz\n")
    report.put(readme, "t", "new\n")
    assert readme.read_text() == "a\n<!-- t -->\nnew\n<!-- /t -->\nz\n"
    with pytest.raises(ValueError, match="no place for u"):
        report.put(readme, "u", "")


def test_a_heap_takes_the_packages_in_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "DOWNLOADS", tmp_path)
    some = [Package("one", "1", ""), Package("two", "2", "")]
    for package, files in zip(some, (3, 1), strict=True):
        package.tree.mkdir(parents=True)
        for number in range(files):
            (package.tree / f"{number}.py").write_text("x = 1\n")
    small = trees.heap(some, 2, tmp_path)
    whole = trees.heap(some, 4, tmp_path)
    assert small is not None and whole is not None
    assert sorted(path.relative_to(small).as_posix() for path in small.rglob("*.py")) == ["one/0.py", "two/0.py"]
    assert trees.size(whole) == (4, 4)
    assert trees.heap(some, 5, tmp_path) is None
