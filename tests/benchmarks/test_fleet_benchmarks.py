"""What measures a fleet measures what it says, and a fleet under which processes are killed comes to what others come to."""

import os
from collections import Counter
from pathlib import Path

import pytest

from benchmarks import fleet_trees
from benchmarks.fleet_chaos import Chaos, chaos, lost, results
from benchmarks.fleet_simulation import curve, drawn, makespan
from sessionlint.commands.fleet_run import run_fleet

DB = "from sqlalchemy.orm import sessionmaker\n\nsession = sessionmaker()()\n"


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    for name in ("shop", "stock", "single"):
        (tmp_path / "packages" / name).mkdir(parents=True)
        for file in ("a", "b", "c") if name != "single" else ("a",):
            (tmp_path / "packages" / name / f"{file}.py").write_text(DB)
    return tmp_path / "packages"


def test_trees_are_packages_and_copies_in_which_something_is_otherwise(packages: Path, tmp_path: Path) -> None:
    made = fleet_trees.make([packages], tmp_path / "one", 9)
    again = fleet_trees.make([packages], tmp_path / "two", 9)
    assert [tree.name for tree in made][:3] == ["shop-0-0", "stock-0-1", "shop-1-2"]
    assert Counter(len([*tree.iterdir()]) for tree in made) == {3: 2, 2: 7}
    texts = [{path.name: path.read_bytes() for path in tree.iterdir()} for tree in made]
    assert texts == [{path.name: path.read_bytes() for path in tree.iterdir()} for tree in again]
    with pytest.raises(ValueError, match="no package"):
        fleet_trees.make([tmp_path / "two" / "shop-0-0"], tmp_path / "three", 1)


def test_the_simulation_gives_each_task_to_the_first_worker_that_is_free() -> None:
    assert makespan([3.0, 1.0, 1.0, 1.0], 0.0, 2) == 3.0
    assert makespan([1.0] * 10, 0.5, 100) == pytest.approx(6.0)  # one comes out of the scheduler each half second
    assert makespan([1.0] * 10, 0.0, 1) == 10.0


def test_the_curve_says_what_bounds_it() -> None:
    lengths = drawn([1.0, 2.0], 1_000)
    points = curve([40.0, *lengths], 0.01, (1, 10, 1_000))
    assert [point.bound for point in points] == ["work", "work", "longest task"]
    assert points[0].speedup == pytest.approx(1.0, abs=0.02)
    assert 9 < points[1].speedup < 10
    assert [point.bound for point in curve(lengths, 0.01, (1_000,))] == ["scheduler"]


def test_what_is_lost_is_what_is_not_there_or_not_the_same() -> None:
    seen = Chaos(results={"a": b"1", "b": b"2", "d": b"4"})
    assert lost(seen, {"a": b"1", "b": b"0", "c": b"3"}) == ["b", "c", "d"]


@pytest.mark.thorough
@pytest.mark.skipif(not hasattr(os, "fork"), reason="signals of POSIX")
def test_nothing_is_lost_and_nothing_twice(packages: Path, tmp_path: Path) -> None:
    options = {"store": str(tmp_path / "calm"), "engine": "local", "workers": 1, "shard": "1/1", "timeout": 60.0, "memory": 0}
    options |= {"retries": 0, "config": (), "isolated": True, "no_baseline": False, "quiet": True}
    trees = tmp_path / "trees"
    fleet_trees.make([packages], trees, 8)
    assert run_fleet(str(trees), options) == 0
    seen = chaos(trees, tmp_path / "chaos", 4, dask=False, tell=lambda _: None)
    assert lost(seen, results(tmp_path / "calm")) == []
    assert [each.repository for each in seen.last] == sorted(tree.name for tree in trees.iterdir())
    assert {each.status for each in seen.last} == {"ok"}
    assert seen.killed.total() == 4
