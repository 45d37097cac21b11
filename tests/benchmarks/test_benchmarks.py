"""The harness measures what it says. What it measured is nobody's business here: no test asserts a time."""

import sys
from collections import Counter
from pathlib import Path

import pytest

from benchmarks import trees
from benchmarks.measure import Contender, ContenderFailedError, Medians, Run, alternately, medians
from benchmarks.ours import Ours
from benchmarks.peers import peers
from ecosystem import packages
from ecosystem.packages import Package
from sessionlint.model.source import Source
from sessionlint.run.analysis import analyse_sources


def writing(letter: str, log: Path) -> Contender:
    code = f"open({str(log)!r}, 'a').write({letter!r})"
    return Contender(letter, [sys.executable, "-c", code], lambda: log.open("a").close())


def test_contenders_take_turns_and_the_first_round_does_not_count(tmp_path: Path) -> None:
    log = tmp_path / "log"
    found = alternately([writing("a", log), writing("b", log)], 2, {}, tmp_path)
    assert log.read_text() == "ababab"
    assert [(row.name, row.runs, row.warmed) for row in found] == [("a", 2, True), ("b", 2, True)]
    assert all(row.peak > 1 for row in found)


def test_a_slow_contender_runs_once_and_that_counts(tmp_path: Path) -> None:
    log = tmp_path / "log"
    found = alternately([writing("a", log)], 2, {}, tmp_path, slow=0)
    assert log.read_text() == "a"
    assert [(row.runs, row.warmed) for row in found] == [(1, False)]


def test_the_files_are_counted_in_all_that_a_contender_prints(tmp_path: Path) -> None:
    code = "import sys; print('checked'); print('3 files', file=sys.stderr)"
    talking = Contender("x", [sys.executable, "-c", code], files=lambda said: said.count("checked") * said.count("3 files"))
    assert [row.files for row in alternately([talking], 1, {}, tmp_path)] == [1]


def test_a_command_that_fails_is_no_measurement(tmp_path: Path) -> None:
    broken = Contender("broken", [sys.executable, "-c", "raise SystemExit('no such option')"], exits=frozenset({0}))
    with pytest.raises(ContenderFailedError, match="broken ended with 1: no such option"):
        alternately([broken], 1, {}, tmp_path)


def test_one_lucky_run_does_not_move_the_median() -> None:
    found = medians(Contender("x", []), [Run(1, 1, 1), Run(2, 2, 2), Run(9, 9, 9)])
    assert found == Medians("x", 3, 2, 2, 2)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("ast-grep", "sg: summary|file: scannedFileCount=68,skippedFileCount=2\n"),
        ("semgrep", " • Rules run: 3\n • Targets scanned: 68\n • Parsed lines: ~100.0%\n"),
        ("fixit", "68 files checked, 5 files with errors, 18 auto-fixes available\n"),
        (
            "flake8",
            "52362      total tokens processed\n68         total files processed\n1          files processed per second\n",
        ),
    ],
)
def test_the_files_that_a_peer_looked_at_are_read_from_what_it_prints(name: str, said: str, tmp_path: Path) -> None:
    files = peers(tmp_path, tmp_path, tmp_path)[name].files
    assert files is not None
    assert files(said) == 68
    assert files("Traceback") == 0


def test_a_cache_is_filled_anew_and_the_files_worth_parsing_are_counted(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "db.py").write_text("from sqlalchemy import create_engine\n")
    (tree / "other.py").write_text("x = 1\n")
    beside = str(Path(sys.executable).with_name("sessionlint"))
    assert [Ours(beside, tmp_path).fill(tree) for _ in range(2)] == [1, 1]
    assert list((tmp_path / "caches" / "tree").glob("*/facts-*.sqlite"))


@pytest.fixture
def pinned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Package]:
    """Packages of three files and of one."""
    monkeypatch.setattr(packages, "DOWNLOADS", tmp_path)
    some = [Package("big", "1", ""), Package("small", "2", "")]
    for package, files in zip(some, (3, 1), strict=True):
        (package.tree / package.name).mkdir(parents=True)
        for number in range(files):
            (package.tree / package.name / f"{number}.py").write_text("x = 1\n")
    return some


def files_of(tree: Path) -> list[str]:
    return sorted(path.relative_to(tree).as_posix() for path in tree.rglob("*.py"))


def test_a_heap_takes_as_large_a_part_of_every_package(pinned: list[Package], tmp_path: Path) -> None:
    assert files_of(trees.heap(pinned, 2, tmp_path)) == ["big/big/0.py", "big/big/2.py"]
    whole = trees.heap(pinned, 4, tmp_path)
    assert files_of(whole) == ["big/big/0.py", "big/big/1.py", "big/big/2.py", "small/small/0.py"]
    assert trees.size(whole) == (4, 4)


def test_files_come_again_in_another_package_and_with_another_content(pinned: list[Package], tmp_path: Path) -> None:
    tree = trees.heap(pinned, 6, tmp_path)
    assert set(files_of(tree)) - set(files_of(trees.heap(pinned, 4, tmp_path))) == {"big/big_2/0.py", "big/big_2/2.py"}
    assert (tree / "big/big_2/0.py").read_text() == "x = 1\n\n# copy 2\n"


def test_all_packages_together_are_as_they_were(pinned: list[Package], tmp_path: Path) -> None:
    assert trees.size(trees.together(pinned, tmp_path)) == (4, 4)


def test_every_router_has_three_findings(tmp_path: Path) -> None:
    tree = trees.of_routers(3, tmp_path)
    sources = {path: Source(path, (tree / path).read_text()) for path in files_of(tree)}
    assert Counter(finding.code for finding in analyse_sources(sources).findings)["SES509"] == 9
