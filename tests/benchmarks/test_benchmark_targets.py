"""What is said of a target follows from what was measured, and from nothing else."""

import pytest

from benchmarks import ours, peers, targets
from benchmarks.measure import Medians
from benchmarks.ours import Parsed
from benchmarks.targets import Compared, Given, Scaled, Target, Verdict, verdicts


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
        *(
            took(ours.COLD, 1.0),
            took(ours.WARM, 0.1),
            took(ours.CHANGED, 0.4),
            took(ours.COLD_ONE, 1.5),
            took(ours.COLD_TWO, 1.0),
        ),
        *(took(ours.INTERFACE_CHANGED, 0.5), took(ours.before(ours.COLD), 2.0), took(ours.before(ours.WARM), 0.1)),
        *(took(peers.RUFF, 0.1), took(peers.AST_GREP, 0.25), took(peers.SEMGREP, 3.0), took(peers.FIXIT, 50.0)),
        *(took(peers.TY, 2.0), took(peers.PYREFLY, 2.0)),
    ]
    assert said(targets.of_tree(compared(*rows))) == {
        "cold, of the revision before": ("0.50 times", "0.10 times"),
        "warm, of the revision before": ("1.00 times", None),
        "ty, compared with cold": ("2.00 times", None),
        "pyrefly, compared with cold": ("2.00 times", "1.00 times"),
        "fixit, compared with cold": ("50.00 times", "70.00 times"),
        "one file with sessions changed, its interface the same, of warm": ("4.00 times", "1.00 times"),
        "a factory or provider changed, of cold": ("0.50 times", None),
        "semgrep, compared with cold": ("3.00 times", None),
        "cold, compared with ast-grep": ("4.00 times", "1.00 times"),
        "warm, compared with ruff uncached": ("1.00 times", None),
        "one worker, compared with two (above 200 relevant files)": ("1.50 times", "0.10 times"),
    }


def test_only_some_targets_are_set_for_any_tree() -> None:
    rows = [took(ours.COLD, 1.0), took(ours.before(ours.COLD), 1.0), took(peers.SEMGREP, 0.5)]
    found = targets.of_tree(compared(*rows, tree="letta"))
    assert said(found) == {"semgrep, compared with cold": ("0.50 times", "0.50 times")}


def test_nothing_is_asked_of_two_workers_where_there_is_little_to_do() -> None:
    rows = [took(ours.COLD_ONE, 1.5), took(ours.COLD_TWO, 1.0)]
    assert said(targets.of_tree(compared(*rows, relevant=200))) == {}


def test_cost_per_file_is_flat_when_the_dearest_is_near_the_cheapest() -> None:
    found = targets.verdicts(targets.FLAT, [scaled(1_000, 1.0), scaled(2_000, 2.2, 2), scaled(4_000, 6.0, 4)])
    assert [(one.measured, one.missed_by) for one in found] == [("1.50 times", "0.25 times"), ("1.00 times", None)]


def test_all_packages_together_have_limits_of_their_own() -> None:
    own = [took(ours.COLD_ONE, 20.0), took(ours.COLD_TWO, 11.0, peak=500), took(ours.WARM, 1.0)]
    rows = [*own, took(ours.before(ours.COLD), 50.0)]
    assert said(targets.verdicts(targets.MONOREPO, compared(*rows))) == {
        "two workers, of the revision before": ("0.22 times", None),
        "largest process, two workers": ("500 MiB", "100 MiB"),
        "one worker, compared with two": ("1.82 times", None),
        "warm": ("1.00 s", None),
    }


def test_a_tree_is_held_against_prefect_by_what_is_parsed() -> None:
    prefect = Given("prefect", 100, 9_000, Parsed(20, 1_000), took(ours.COLD, 1.0))
    large = Given("large", 1_000, 90_000, Parsed(200, 10_000), took(ours.COLD, 20.0, peak=900))
    assert said(targets.of_given(large, prefect)) == {
        "large, CPU per parsed line, of prefect's": ("2.00 times", "0.50 times"),
        "large, largest process": ("900 MiB", "100 MiB"),
    }


def test_a_long_module_is_held_against_its_parse() -> None:
    found = targets.verdicts(targets.LONG_MODULE, compared(took(ours.COLD, 1.0), took(ours.AST_PARSE, 0.4)))
    assert said(found) == {"CPU, as a multiple of `ast.parse`": ("2.50 times", "0.50 times")}


def test_fixes_are_held_against_the_revision_before() -> None:
    found = targets.verdicts(targets.FIXES, compared(took(ours.FIX, 2.0), took(ours.before(ours.FIX), 20.0)))
    assert said(found) == {"CPU": ("2.00 s", None), "CPU, of the revision before": ("0.10 times", None)}


def test_routers_are_compared_with_four_times_as_many() -> None:
    grown = [routers("400 routers", 1.0), routers("800 routers", 2.5), routers("1,600 routers", 5.0)]
    found = targets.verdicts(targets.ROUTERS, grown)
    assert [(one.measured, one.missed_by) for one in found] == [("5.00 times", "0.60 times")]
    assert [one.measured for one in targets.verdicts(targets.ROUTERS, grown[:2])] == [None]
