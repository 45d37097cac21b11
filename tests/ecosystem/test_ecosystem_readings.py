"""The comparison of the two readings: what it tells of texts, and how it counts."""

from pathlib import Path

from ecosystem.readings import Comparison, compare, compare_files, first_difference, tally
from sessionlint.extract.lower.module import lower


def test_each_outcome_says_why() -> None:
    assert compare("a = b\n") == Comparison("same")
    assert compare("e\u0301 = 1") == Comparison("left to libcst", "a name is written otherwise than the tree says")
    assert compare("(a): b\n").outcome == "unknown to libcst"
    assert compare("a = (\n").outcome == "unreadable"


def test_a_difference_is_shown_as_both_readings_have_it() -> None:
    assert first_difference(lower("a\n"), lower("a\n")) == ""
    assert " is " in first_difference(lower("a\n"), lower(" \nb\n"))
    assert first_difference(lower("a\n"), lower("a\nb\n")) != ""


def test_files_that_are_not_utf_8_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"\xef\xbb\xbfa = 1\r\n")
    (tmp_path / "b.py").write_bytes(b"# \xff\n")
    compared = list(compare_files(sorted(tmp_path.iterdir())))
    assert compared == [(tmp_path / "a.py", Comparison("same"))]
    assert tally(one for _, one in compared) == ["     1 same"]
