import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from sessionlint.cli import sessionlint as command
from sessionlint.run import timings
from sessionlint.run.timings import STAGES, Timings


def test_a_stage_leaves_out_what_another_one_inside_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0, 10, 11, 15, 20])  # begun; outer begins, inner begins, inner ends, outer ends
    monkeypatch.setattr(timings, "perf_counter", lambda: next(clock))
    told = Timings()
    with told.stage("link"), told.stage("parse"):
        pass
    assert told.stages == {"parse": 4, "link": 6}


def test_every_stage_and_the_slowest_files_and_rules_are_shown_on_standard_error(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("from sqlalchemy.orm import Session\n")
    arguments = ["check", str(tmp_path), "--project-root", str(tmp_path), "--no-cache"]
    plain, timed = (CliRunner().invoke(command, [*arguments, *more]) for more in ([], ["--timings"]))
    assert timed.stdout == plain.stdout
    for stage in ("total", *STAGES):
        assert re.search(rf"^{stage} +\d+\.\d ms$", timed.stderr, re.MULTILINE), stage
    assert re.search(r"slowest \(parsing\):\n +\d+\.\d ms  app\.py\n", timed.stderr)
    assert re.search(r"slowest \(rules\):\n( +\d+\.\d ms  SES\d+ [\w-]+\n){10}", timed.stderr)


def test_who_waits_is_told_after_a_while_and_then_rarely(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(timings, "perf_counter", lambda: now)
    told: list[str] = []
    run = Timings(told.append)
    for now in range(0, 80, 2):
        run.step(f"at {now}")
    assert told == ["at 6", "at 36", "at 66"]
    Timings().step("nobody waits")


@pytest.mark.parametrize(
    ("environment", "options", "says"),
    [({}, [], True), ({}, ["-q"], False), ({"CI": "true"}, [], False), ({"PRE_COMMIT": "1"}, [], False)],
)
def test_a_long_run_says_what_it_does_to_people_only(
    environment: dict[str, str], options: list[str], says: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CI", "PRE_COMMIT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(timings, "_PATIENCE", 0.0)
    (tmp_path / "app.py").write_text("from sqlalchemy.orm import Session\n")
    arguments = ["check", str(tmp_path), "--project-root", str(tmp_path), "--no-cache", "-j", "1", *options]
    result = CliRunner().invoke(command, arguments)
    assert ("still at work: parsing, 0 of 1 files\n" in result.stderr) is says
    assert "still at work" not in result.stdout
