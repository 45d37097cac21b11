"""Whoever waits is told what is being done: a bar on a terminal, lines elsewhere, nothing to machines; nothing of it stays."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from sessionlint.cli import sessionlint as command
from sessionlint.commands import waiting
from sessionlint.commands.waiting import bar, sentence
from sessionlint.run.timings import STAGES, Doing

# parsing waits until something was told, or for the run that tells nothing, not at all
RUN = """
import sys
from threading import Event
from sessionlint.commands import waiting
from sessionlint.run.extraction import extractor
told, first = Event(), waiting.Waiting.{told}
def telling(self, *given):
    stage = self._timings.doing.stage  # what is told may be of the stage before, if it is looked up afterwards
    first(self, *given)
    if stage == "parse":
        told.set()
waiting.Waiting.{told} = telling
waiting.{pace} = (0.0, 0.01)
read = extractor.facts_of
def facts_of(source):
    assert {waits} is False or told.wait(60)
    return read(source)
extractor.facts_of = facts_of
from sessionlint.cli import sessionlint
sessionlint.main(prog_name="sessionlint")
"""
NAME = "a\x1b[2J_é_file.py"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / NAME).write_text("from sqlalchemy.orm import Session, sessionmaker\n\ndb = sessionmaker()()\n")
    (tmp_path / "lost.py").symlink_to("nowhere")
    return tmp_path


def on_terminal(
    project: Path,
    code: str,
    environment: Mapping[str, str] | None = None,
    options: Sequence[str] = (),
    columns: int = 60,
    typed: bytes = b"",
) -> bytes:
    """What a run writes to a terminal of so many columns, on which something was ``typed`` before."""
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    os.write(ours, typed)
    told = {name: value for name, value in os.environ.items() if name not in ("CI", "PRE_COMMIT", "TERM", "PYTHONIOENCODING")}
    arguments = [sys.executable, "-c", code, "check", ".", "--no-cache", "-j", "1", *options]
    process = subprocess.Popen(
        arguments, cwd=project, env={**told, "TERM": "xterm", **(environment or {})}, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    written = b""
    try:
        while chunk := os.read(ours, 65536):
            written += chunk
    except OSError:  # the end of a terminal
        pass
    os.close(ours)
    process.wait()
    return written


def screen(written: bytes) -> list[str]:
    """The lines that are left, of a terminal that knows no more than carriage returns and line feeds."""
    rows, column = [""], 0
    for character in written.decode():
        if character == "\r":
            column = 0
        elif character == "\n":
            rows.append("")
        else:
            rows[-1] = rows[-1][:column].ljust(column) + character + rows[-1][column + 1 :]
            column += 1
    return [row.rstrip() for row in rows]


def code(*, pace: str = "ON_TERMINAL", waits: bool = True) -> str:
    told = "_draw" if pace == "ON_TERMINAL" else "_say"
    return RUN.format(pace=pace, waits=waits, told=told)


needs_terminals = pytest.mark.skipif(os.name != "posix", reason="needs pseudo-terminals")


@needs_terminals
@pytest.mark.parametrize("environment", [{}, {"NO_COLOR": "1"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}])
def test_a_bar_is_drawn_on_a_terminal_and_nothing_of_it_stays(project: Path, environment: dict[str, str]) -> None:
    written = on_terminal(project, code(), environment)
    silent = on_terminal(project, code(waits=False), {**environment, "CI": "true"})
    assert b"\rparsing [--------------------] 0/1 a" in written
    assert b"\x1b[2J" not in written
    assert screen(written) == screen(silent)


@needs_terminals
def test_a_question_has_the_screen_for_itself(project: Path) -> None:
    opens = "def f():\n    db = sessionmaker()()\n    return db.get(1, 2)\n"
    (project / NAME).write_text(f"from sqlalchemy.orm import sessionmaker\n\n\n{opens}")
    written = on_terminal(project, code(), options=["--interactive", "--unsafe-fixes"], typed=b"n\n")
    silent = on_terminal(project, code(waits=False), {"CI": "true"}, ["--interactive", "--unsafe-fixes"], typed=b"n\n")
    assert b"\rparsing [" in written
    assert b"Make this fix?" in written
    assert screen(written) == screen(silent)


@needs_terminals
def test_the_bar_never_takes_more_than_one_line(project: Path) -> None:
    written = on_terminal(project, code(), columns=20)
    drawn = [part for part in written.decode().replace("\n", "\r").split("\r") if part.startswith("parsing")]
    assert drawn and max(map(len, drawn)) == 19


@needs_terminals
@pytest.mark.parametrize(("environment", "options"), [({"CI": "1"}, []), ({"PRE_COMMIT": "1"}, []), ({}, ["-q"])])
def test_no_bar_is_drawn_where_nobody_waits(project: Path, environment: dict[str, str], options: list[str]) -> None:
    assert b"parsing" not in on_terminal(project, code(waits=False), environment, options)


@needs_terminals
def test_a_terminal_that_cannot_go_back_gets_lines(project: Path) -> None:
    written = on_terminal(project, code(pace="ELSEWHERE"), {"TERM": "dumb"})
    assert b"still at work: parsing, 0 of 1, a" in written
    assert b"[---" not in written


@needs_terminals
def test_a_bar_goes_when_the_run_is_interrupted(project: Path) -> None:
    interrupted = code().replace("    return read(source)", "    raise KeyboardInterrupt")
    assert screen(on_terminal(project, interrupted))[-2:] == ["Interrupted.", ""]


@pytest.mark.parametrize(
    ("environment", "options", "says"),
    [({}, [], True), ({}, ["-q"], False), ({"CI": "true"}, [], False), ({"PRE_COMMIT": "1"}, [], False)],
)
def test_elsewhere_a_long_run_says_what_it_does_to_people_only(
    environment: dict[str, str], options: list[str], says: bool, project: Path
) -> None:
    told = {name: value for name, value in os.environ.items() if name not in ("CI", "PRE_COMMIT")}
    arguments = [sys.executable, "-c", code(pace="ELSEWHERE", waits=says), "check", ".", "--no-cache", "-j", "1", *options]
    result = subprocess.run(arguments, cwd=project, env={**told, **environment}, capture_output=True, text=True, check=False)
    assert ("still at work: parsing, 0 of 1, a" in result.stderr) is says
    assert "still at work" not in result.stdout


def test_a_short_run_says_nothing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI")
    monkeypatch.setattr(waiting, "ELSEWHERE", (3600.0, 3600.0))
    result = CliRunner().invoke(command, ["check", str(project), "--project-root", str(project), "--no-cache"])
    assert "still at work" not in result.stderr


@pytest.mark.parametrize(
    ("doing", "drawn", "said"),
    [
        (Doing("discover"), "looking for files", "looking for files"),
        (Doing("link", what="7 of 9 files"), "linking 7 of 9 files", "linking, 7 of 9 files"),
        (Doing("parse", 0, 4, "a.py"), "parsing [--------------------] 0/4 a.py", "parsing, 0 of 4, a.py"),
        (Doing("rules", 1, 2), "checking [##########----------] 1/2", "checking, 1 of 2"),
        (Doing("read", 1000, 1000), "reading [####################] 1,000/1,000", "reading, 1,000 of 1,000"),
    ],
)
def test_what_is_told(doing: Doing, drawn: str, said: str) -> None:
    assert (bar(doing, 80), sentence(doing)) == (drawn, said)
    assert bar(doing, 8) == drawn[:8]


def test_wide_characters_take_two_cells() -> None:
    assert bar(Doing("link", what="日本.py"), 10) == "linking 日"
    assert bar(Doing("link", what="日本.py"), 11) == "linking 日"


def test_every_stage_has_a_word() -> None:
    assert all(sentence(Doing(stage)) for stage in STAGES)
