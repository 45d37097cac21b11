"""Tables, the plot, and their place in the page."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks import ours, peers, report
from benchmarks.measure import Medians
from benchmarks.plot import plot
from benchmarks.targets import Scaled, Verdict

SVG = "{http://www.w3.org/2000/svg}"


def test_the_table_shows_wall_times_as_multiples_of_ours_and_of_ruff() -> None:
    rows = [
        Medians(ours.COLD, 5, 0.5, 0.4, 50, files=7),
        Medians(peers.RUFF, 5, 0.25, 0.4, 30),
        Medians("slow", 1, 30, 50, 100, warmed=False),
    ]
    assert report.table(rows).splitlines() == [
        "|  | files | wall | as a multiple of sessionlint, cold | as a multiple of ruff, uncached | CPU | peak | runs |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        "| sessionlint, cold | 7 | 500 ms | 1.00 | 2.00 | 400 ms | 50 MiB | 5 |",
        "| ruff, uncached |  | 250 ms | 0.50 | 1.00 | 400 ms | 30 MiB | 5 |",
        "| slow |  | 30.00 s | 60.00 | 120.00 | 50.00 s | 100 MiB | 1, no warm-up |",
    ]


def test_there_are_no_multiples_of_who_did_not_take_part() -> None:
    assert report.table([Medians("x", 5, 0.5, 0.4, 50)]).splitlines()[0] == "|  | files | wall | CPU | peak | runs |"


def test_a_verdict_is_met_missed_or_open() -> None:
    found = [Verdict("a", "at most 1.00 s", "900 ms", None), Verdict("b", "at most 1.00 s", "3.00 s", "2.00 s")]
    assert report.verdict_table([*found, Verdict("c", "at least 2.00 times", None, None)]).splitlines()[2:] == [
        "| a | at most 1.00 s | 900 ms | met |",
        "| b | at most 1.00 s | 3.00 s | missed by 2.00 s |",
        "| c | at least 2.00 times |  | not measured, or does not apply |",
    ]


def test_a_project_has_a_row_and_a_point_in_each_line() -> None:
    cold, warm = Medians(ours.COLD, 1, 4, 4, 300, warmed=False), Medians(ours.WARM, 3, 1, 1, 80)
    projects = [Scaled("1,000 files", 1_000, 50_000, 200, cold, warm), Scaled("2,000 files", 2_000, 50_000, 200, cold, warm)]
    assert report.scaling_table(projects).splitlines()[2:] == [
        "| 1,000 files | 1,000 | 50,000 | 200 | 4.00 s | 4.00 ms | 1.00 s | 1.00 ms | 300 MiB | 1 cold, 3 warm |",
        "| 2,000 files | 2,000 | 50,000 | 200 | 4.00 s | 2.00 ms | 1.00 s | 0.50 ms | 300 MiB | 1 cold, 3 warm |",
    ]
    root = ElementTree.fromstring(report.scaling_plot(projects))
    assert [len(line.attrib["points"].split()) for line in root.findall(f"{SVG}polyline")] == [2, 2]


def test_every_doubling_is_as_wide_as_the_one_before_and_half_the_value_half_as_high() -> None:
    root = ElementTree.fromstring(plot({"a": [(1_000, 10.0), (2_000, 5.0), (4_000, 0.0)]}, "x", "y"))
    line = root.find(f"{SVG}polyline")
    assert line is not None
    points = [tuple(map(float, point.split(","))) for point in line.attrib["points"].split()]
    (first, top), (second, middle), (third, bottom) = points
    assert second - first == pytest.approx(third - second)
    assert bottom - middle == pytest.approx(middle - top)
    assert [text.text for text in root.findall(f"{SVG}text")][:6] == ["0", "2", "4", "6", "8", "10"]


def test_results_are_put_where_the_readme_has_a_place_for_them(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("a\n<!-- t -->\nold\n<!-- /t -->\nz\n")
    report.put(readme, "t", "new\n")
    assert readme.read_text() == "a\n<!-- t -->\nnew\n<!-- /t -->\nz\n"
    with pytest.raises(ValueError, match="no place for u"):
        report.put(readme, "u", "")


def test_a_tree_that_has_no_place_yet_gets_one_behind_the_others(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("a\n<!-- t -->\n<!-- /t -->\nz\n")
    for name, text in (("t one", "1\n"), ("t two", "2\n"), ("t one", "3\n")):
        report.put(readme, name, text, within="t")
    one, two = "<!-- t one -->\n3\n<!-- /t one -->\n", "<!-- t two -->\n2\n<!-- /t two -->\n"
    assert readme.read_text() == f"a\n<!-- t -->\n{one}{two}<!-- /t -->\nz\n"


def test_the_targets_of_all_places_stand_in_one_table() -> None:
    judged = [Verdict("a", "at most 1.00 s", "900 ms", None), Verdict("b", "at least 2.00 times", None, None)]
    tables = f"{report.table([Medians('x', 5, 0.5, 0.4, 50)])}\n{report.verdict_table(judged)}"
    scaled = f"<!-- scale -->\n{report.verdict_table(judged[:1])}<!-- /scale -->\n"
    page = f"<!-- compare prefect -->\n{tables}<!-- /compare prefect -->\n{scaled}"
    assert report.summary(page).splitlines()[2:] == [
        "| prefect | a | at most 1.00 s | 900 ms | met |",
        "| prefect | b | at least 2.00 times |  | not measured, or does not apply |",
        "| scale | a | at most 1.00 s | 900 ms | met |",
    ]
    assert report.summary(f"<!-- targets -->\n{report.summary(page)}<!-- /targets -->\n{page}") == report.summary(page)
