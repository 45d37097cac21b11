import os
import re
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from sessionlint.cli import sessionlint as command
from sessionlint.commands.account import account
from sessionlint.run import timings
from sessionlint.run.planning import plan
from sessionlint.run.request import Request
from sessionlint.run.timings import STAGES, Doing, Timings


def test_a_stage_leaves_out_what_another_one_inside_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0, 10, 11, 15, 20])  # begun; outer begins, inner begins, inner ends, outer ends
    monkeypatch.setattr(timings, "perf_counter", lambda: next(clock))
    monkeypatch.setattr(timings, "_since_the_process_began", lambda: 3)
    told = Timings()
    with told.stage("link"), told.stage("parse"):
        pass
    assert told.stages == {"start": 3, "parse": 4, "link": 6}


def test_every_stage_and_the_slowest_files_and_rules_are_shown_on_standard_error(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("from sqlalchemy.orm import Session\n")
    arguments = ["check", str(tmp_path), "--project-root", str(tmp_path), "--no-cache"]
    plain, timed = (CliRunner().invoke(command, [*arguments, *more]) for more in ([], ["--timings"]))
    assert timed.stdout == plain.stdout
    shown = {name: Decimal(ms) for name, ms in re.findall(r"^(\w+) +(-?\d+\.\d) ms$", timed.stderr, re.MULTILINE)}
    assert [*shown] == ["total", *STAGES, "other"]
    assert shown["total"] == sum(ms for name, ms in shown.items() if name != "total")
    assert re.search(r"slowest \(parsing\):\n +\d+\.\d ms  app\.py\n", timed.stderr)
    assert re.search(r"slowest \(rules\):\n( +\d+\.\d ms  SES\d+ [\w-]+\n){10}", timed.stderr)


def test_the_interpreter_has_been_at_work_before_us(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = int(99.5 * os.sysconf("SC_CLK_TCK")) if hasattr(os, "sysconf") else 0
    state = tmp_path / "stat"
    state.write_text(f"7 (a) name) S {' '.join(str(number) for number in range(4, 22))} {ticks} 23\n")
    monkeypatch.setattr(timings, "_STATE", state)
    monkeypatch.setattr(timings, "process_time", lambda: 0.25)
    monkeypatch.setattr("time.clock_gettime", lambda _: 100.0, raising=False)
    assert Timings().stages["start"] == (0.5 if sys.platform == "linux" else 0.25)


@pytest.mark.parametrize("text", [None, "", "7 (python) S 1 2"])
def test_where_the_system_does_not_tell_the_processor_s_time_has_to_do(
    text: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if text is not None:
        (tmp_path / "stat").write_text(text)
    monkeypatch.setattr(timings, "_STATE", tmp_path / "stat")
    monkeypatch.setattr(timings, "process_time", lambda: 0.25)
    assert Timings().stages["start"] == 0.25


def test_what_a_run_is_at_follows_the_stages() -> None:
    run = Timings()
    seen = [run.doing]
    with run.stage("parse"):
        run.step(1, 2, "a.py")
        seen.append(run.doing)
        with run.stage("link"):
            seen.append(run.doing)
        seen.append(run.doing)
    assert seen == [Doing("start"), Doing("parse", 1, 2, "a.py"), Doing("link"), Doing("parse", 1, 2, "a.py")]


def test_verbose_says_what_was_read_and_left_out_and_what_took_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "app.py").write_text("from sqlalchemy.orm import Session\n")
    (tmp_path / "other.py").write_text("x = 1\n")
    (tmp_path / ".gitignore").write_text("made_*.py\n")
    for number in range(7):
        (tmp_path / f"made_{number}.py").write_text("")
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "old").mkdir()
    (tmp_path / "sessionlint.toml").write_text('extend-exclude = ["old", "made_0.py"]')
    (tmp_path / ".git").mkdir()
    arguments = ["check", str(tmp_path), "--no-cache", "-v"]
    told = CliRunner().invoke(command, arguments).stderr
    assert f"Project root: {tmp_path}, configuration: " in told
    assert "Cache: none\n" in told
    assert "Files: 2, parsed in this run: 1\n" in told
    assert "Left out, excluded by default: .git, node_modules\n" in told
    assert "Left out, excluded by the settings: made_0.py, old\n" in told
    assert "Left out, ignored by git: made_1.py, made_2.py, made_3.py, made_4.py, made_5.py and 1 more\n" in told
    given = ["check", "node_modules/x.py", "made_2.py", "app.py", "--force-exclude", "--no-cache", "-v"]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "node_modules" / "x.py").write_text("")
    forced = CliRunner().invoke(command, given).stderr
    assert "Left out, excluded by default: .git, node_modules, node_modules/x.py\n" in forced
    assert re.search(r"^Left out, ignored by git: .*made_2.py", forced, re.MULTILINE)
    assert re.search(r"^Took \d+\.\d s", told, re.MULTILINE)
    assert "Took" not in CliRunner().invoke(command, [*arguments, "-q"]).stderr


def test_verbose_names_the_slowest_files_and_rules(tmp_path: Path) -> None:
    run = Timings()
    run.stages.update(parse=2.04, rules=0.5, link=0.01)
    run.files.update({f"{number}.py": number / 10 for number in range(8)})
    (tmp_path / "a.py").write_text("")
    planned = plan(Request((str(tmp_path),), project_root=tmp_path, cache=False), pytest.fail)
    told = [*account(planned, run)]
    assert "parse 2.0 s, rules 0.5 s" in told[-2] and "link" not in told[-2]
    assert told[-1] == "Slowest (parsing): 7.py 0.7 s, 6.py 0.6 s, 5.py 0.5 s, 4.py 0.4 s, 3.py 0.3 s"
