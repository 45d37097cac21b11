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
