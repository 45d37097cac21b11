"""The harness measures what it says. What it measured is nobody's business here: no test asserts a time."""

import ast
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from benchmarks import before, trees
from benchmarks.fixable import fixable
from benchmarks.long_module import long_module
from benchmarks.measure import Contender, ContenderFailedError, Medians, Run, alternately, medians, once
from benchmarks.ours import INTERFACE_CHANGED, NOW, OTHER_CHANGED, Ours
from benchmarks.peers import peers
from benchmarks.routers import routers
from benchmarks.runs import environment
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
        ("ty", "2026-01-01 10:00:00.1 INFO Indexed 68 file(s) in 0.028s\nFound 574 diagnostics\n"),
        ("pyrefly", " INFO 385 errors\n INFO 68 modules (258 dependent modules); 70,385 lines (18,236 lines in your project)\n"),
        ("mypy", "Found 209 errors in 45 files (checked 68 source files)\n"),
        ("mypy", "Success: no issues found in 68 source files\n"),
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
    (tree / "db.py").write_text("from sqlalchemy import create_engine\n\n")
    (tree / "other.py").write_text("x = 1\n")
    beside = str(Path(sys.executable).with_name("sessionlint"))
    assert [Ours(beside, tmp_path).fill(tree) for _ in range(2)] == [(1, 2), (1, 2)]
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
    assert found_in(trees.written("three", routers(3), tmp_path))["SES509"] == 9


def found_in(tree: Path) -> Counter[str]:
    """How often each rule finds something."""
    sources = {path: Source(path, (tree / path).read_text()) for path in files_of(tree)}
    return Counter(finding.code for finding in analyse_sources(sources).findings)


def test_every_package_to_be_fixed_has_twenty_five_findings_with_a_fix_in_six_files(tmp_path: Path) -> None:
    texts = fixable(2)
    outcome = analyse_sources({path: Source(path, text) for path, text in texts.items()})
    assert [outcome.fixable_safe + outcome.fixable_unsafe, len(outcome.findings)] == [50, 50]
    assert len({finding.place.path for finding in outcome.findings}) == 12


def test_a_long_module_has_its_length_and_its_findings(tmp_path: Path) -> None:
    tree = trees.written("long", long_module(500, findings=7), tmp_path)
    assert 480 < trees.size(tree)[1] <= 500
    assert found_in(tree)["SES509"] == 7


def test_what_builds_sessions_gets_another_argument_each_time(tmp_path: Path) -> None:
    (tmp_path / "db.py").write_text(
        "import sqlalchemy\nM = sessionmaker(engine)\n\n\ndef f():\n    return Session(\n        e, a=1,\n    )\n"
    )
    found = {one.name: one for one in Ours("none", tmp_path / "work").one_changed(tmp_path)}
    seen = set()
    for _ in range(3):
        prepare = found[INTERFACE_CHANGED].prepare
        assert prepare is not None
        prepare()
        text = (tmp_path / "db.py").read_text()
        ast.parse(text)
        assert text.count("info=") == 2
        seen.add(text)
    assert len(seen) == 3


def test_a_tree_without_factories_has_none_changed(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    assert [one.name for one in Ours("none", tmp_path / "work").one_changed(tmp_path)] == [OTHER_CHANGED]


def test_each_fixing_run_begins_with_the_texts_as_they_were(tmp_path: Path) -> None:
    tree = trees.written("fixable", fixable(1), tmp_path)
    beside = str(Path(sys.executable).with_name("sessionlint"))
    contender = Ours(beside, tmp_path).fixing(tree)
    before = {path: (tree / path).read_bytes() for path in files_of(tree)}
    for _ in range(2):
        once(contender, environment(), tmp_path)
        copied = tmp_path / "fixing" / NOW
        assert "with SessionLocal() as" not in (copied / "shop01/db.py").read_text()
        assert files_of(copied) == files_of(tree)
        assert "with get_sessionmaker()() as db:" in (copied / "shop01/service1.py").read_text()
    assert before == {path: (tree / path).read_bytes() for path in files_of(tree)}


def test_an_earlier_revision_is_unpacked_as_it_was_committed(tmp_path: Path) -> None:
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.com"]
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b.py").write_text("x = 1\n")
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "x"]):
        subprocess.run([*git, *command], cwd=tmp_path, check=True)
    (tmp_path / "a" / "b.py").write_text("x = 2\n")
    before.unpack("HEAD", tmp_path, tmp_path / "out")
    assert (tmp_path / "out" / "a" / "b.py").read_text() == "x = 1\n"
