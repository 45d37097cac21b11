from pathlib import Path

import pytest

from ecosystem.__main__ import REPOSITORIES
from ecosystem.repositories import Reading, precision_table, read_readings
from sessionlint.rules.registry import registered_rules


def test_the_readings_speak_of_rules_that_are_there_and_name_a_commit() -> None:
    codes = {entry.rule.code for entry in registered_rules()}
    found = list(read_readings(REPOSITORIES))
    assert found
    assert {one.rule for one in found} <= codes
    assert [one for one in found if len(one.commit) != 40 or one.repository.count("/") != 1] == []


def test_the_counts_of_a_rule_add_up_and_what_misses_the_bar_is_named() -> None:
    readings = [
        Reading("a/b", "1", "SES301", 30, 1, 0),
        Reading("c/d", "2", "SES301", 10, 0, 2),
        Reading("c/d", "2", "SES302", 1, 1, 0),
    ]
    assert precision_table(readings)[2:] == [
        "| SES301 | 2 | 40 | 1 | 2 | 95% right |",
        "| SES302 | 1 | 1 | 1 | 0 | 50% debatable |",
    ]


def test_a_row_without_three_counts_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "repositories.toml"
    file.write_text('[[repository]]\nname = "a/b"\ncommit = "1"\nread = { SES301 = [1, 2] }\n', "utf-8")
    with pytest.raises(ValueError, match="three counts are wanted"):
        list(read_readings(file))
