"""What is said of a target follows from what was measured, and from nothing else."""

import pytest

from benchmarks import ours, peers, targets
from benchmarks.measure import Medians
from benchmarks.targets import Compared, Scaled, Target, Verdict, verdicts


def took(name: str, wall: float, peak: float = 100) -> Medians:
    return Medians(name, 3, wall, wall, peak)


def compared(*rows: Medians, tree: str = "prefect", relevant: int = 300) -> Compared:
    return Compared(tree, {row.name: row for row in rows}, relevant)


def scaled(files: int, cold: float, warm: float = 1, peak: float = 100) -> Scaled:
    return Scaled("x", files, 10, 5, took(ours.COLD, cold, peak), took(ours.WARM, warm))


def routers(name: str, cpu: float) -> Scaled:
    return Scaled(name, 10, 10, 5, Medians(ours.COLD, 3, 9.0, cpu, 100), took(ours.WARM, 1))


def said(found: list[Verdict]) -> dict[str, tuple[str | None, str | None]]:
    """Measured and missed by, of each target for which there is something to tell."""
    return {one.what: (one.measured, one.missed_by) for one in found if one.measured is not None}


@pytest.mark.parametrize(
    ("measured", "at_least", "missed_by"),
    [(2.0, False, None), (2.5, False, "500 ms"), (2.0, True, None), (0.5, True, "1.50 s")],
)
def test_a_limit_may_be_reached_but_not_passed(measured: float, at_least: bool, missed_by: str | None) -> None:
    target: Target[float] = Target("x", lambda value: value, 2, "s", at_least)
    assert [one.missed_by for one in verdicts([target], measured)] == [missed_by]


def test_the_targets_of_prefect_are_held_against_its_rows() -> None:
    rows = [
        *(took(ours.COLD, 1.0), took(ours.WARM, 0.2), took(ours.CHANGED, 0.25), took(ours.COLD_ONE, 1.5)),
        *(took(ours.COLD_TWO, 1.0), took(peers.RUFF, 0.1), took(peers.AST_GREP, 0.25), took(peers.SEMGREP, 3.0)),
        took(peers.FIXIT, 50.0),
    ]
    assert said(targets.of_tree(compared(*rows))) == {
        "cold": ("1.00 s", "200 ms"),
        "warm": ("200 ms", None),
        "one file with sessions changed": ("250 ms", None),
        "fixit, compared with cold": ("50.00 times", None),
        "semgrep, compared with cold": ("3.00 times", None),
        "cold, compared with ast-grep": ("4.00 times", "2.00 times"),
        "warm, compared with ruff uncached": ("2.00 times", None),
        "one worker, compared with two (above 200 relevant files)": ("1.50 times", "0.10 times"),
    }


def test_seconds_are_asked_of_prefect_only() -> None:
    rows = [took(ours.COLD, 1.0), took(peers.SEMGREP, 0.5)]
    found = targets.of_tree(compared(*rows, tree="letta"))
    assert said(found) == {"semgrep, compared with cold": ("0.50 times", "0.50 times")}


def test_nothing_is_asked_of_two_workers_where_there_is_little_to_do() -> None:
    rows = [took(ours.COLD_ONE, 1.5), took(ours.COLD_TWO, 1.0)]
    assert said(targets.of_tree(compared(*rows, relevant=200))) == {}


def test_cost_per_file_is_flat_when_the_dearest_is_near_the_cheapest() -> None:
    found = targets.verdicts(targets.FLAT, [scaled(1_000, 1.0), scaled(2_000, 2.2, 2), scaled(4_000, 6.0, 4)])
    assert [(one.measured, one.missed_by) for one in found] == [("1.50 times", "0.30 times"), ("1.00 times", None)]


def test_all_packages_together_have_limits_of_their_own() -> None:
    found = targets.verdicts(targets.MONOREPO, scaled(9_000, 20.0, 1.1, peak=500))
    assert [(one.measured, one.missed_by) for one in found] == [("20.00 s", "8.00 s"), ("1.10 s", None), ("500 MiB", "100 MiB")]


def test_routers_are_compared_with_four_times_as_many() -> None:
    grown = [routers("400 routers", 1.0), routers("800 routers", 2.5), routers("1,600 routers", 5.0)]
    found = targets.verdicts(targets.ROUTERS, grown)
    assert [(one.measured, one.missed_by) for one in found] == [("5.00 times", "0.60 times")]
    assert [one.measured for one in targets.verdicts(targets.ROUTERS, grown[:2])] == [None]
