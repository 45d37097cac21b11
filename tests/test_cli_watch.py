"""``check --watch``: findings, and again after each change, until somebody interrupts."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from sessionlint.cli import sessionlint
from sessionlint.commands.console import clear

DB = "from sqlalchemy import create_engine\nfrom sqlalchemy.orm import sessionmaker\n\nMaker = sessionmaker(create_engine('sqlite:///x.db'))\n"
LEAK = "from db import Maker\n\n\ndef first(query):\n    session = Maker()\n    return session.scalars(query).first()\n"
CLEAN = (
    "from db import Maker\n\n\ndef first(query):\n    with Maker() as session:\n        return session.scalars(query).first()\n"
)
WAITING = "Watching for changes; Ctrl-C ends this.\n"


def _hear_interrupts() -> None:
    """What runs in the background, as the tests of a CI may, ignores Ctrl-C, and so does what it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Watch:
    """A run that stays; both streams in one."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-X", "utf8", "-m", "sessionlint", "check", "--watch", "--output-format", "concise"]
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            preexec_fn=_hear_interrupts if sys.platform != "win32" else None,
        )
        self._watchdog = threading.Timer(300, self.process.kill)  # a test that fails shall end
        self._watchdog.start()

    def told(self) -> str:
        """What is said until it waits again."""
        lines: list[str] = []
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line == WAITING:
                return "".join(lines)
            lines.append(line)
        raise AssertionError("".join(lines))

    def end(self, how: int) -> tuple[int, str]:
        self.process.send_signal(how)
        output = self.process.stdout.read() if self.process.stdout is not None else ""
        self.process.wait()
        self._watchdog.cancel()
        return self.process.returncode, output


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "sessionlint.toml").write_text("")
    (tmp_path / "db.py").write_text(DB)
    (tmp_path / "leak.py").write_text(LEAK)
    return tmp_path


@pytest.fixture
def watch(project: Path) -> Iterator[Watch]:
    watch = Watch(project)
    yield watch
    watch.end(signal.SIGKILL)
    assert watch.process.stdout is not None
    watch.process.stdout.close()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of other systems")
def test_findings_are_told_again_after_each_change(watch: Watch, project: Path) -> None:
    first = watch.told()
    assert "leak.py:5:15: SES301 [error]" in first
    assert "Found 1 finding" in first
    (project / "leak.py").write_text(CLEAN)
    assert watch.told() == "All checks passed!\n"
    (project / "new.py").write_text(LEAK)
    assert "new.py:5:15: SES301" in watch.told()
    (project / "sessionlint.toml").write_text("selct = []\n")
    assert watch.told() == 'error: sessionlint.toml:1: selct: unknown key; did you mean "select"?\n'
    (project / "sessionlint.toml").write_text('ignore = ["SES301"]\n')
    assert watch.told() == "All checks passed!\n"
    assert watch.end(signal.SIGINT) == (130, "\nInterrupted.\n")


@pytest.mark.skipif(sys.platform == "win32", reason="signals of other systems")
def test_it_can_be_terminated(watch: Watch) -> None:
    watch.told()
    assert watch.end(signal.SIGTERM) == (130, "\nInterrupted.\n")


@pytest.mark.parametrize("option", ["--fix", "--diff", "--interactive", "--fix-only", "-"])
def test_it_only_looks(option: str) -> None:
    result = CliRunner().invoke(sessionlint, ["check", "--watch", option], input="")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: --")


def test_what_is_wrong_at_the_start_ends_it(project: Path) -> None:
    (project / "sessionlint.toml").write_text("selct = []\n")
    result = CliRunner().invoke(sessionlint, ["check", "--watch", str(project)])
    assert (result.exit_code, "unknown key" in result.stderr) == (2, True)


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sessionlint.commands.watch.find_spec", lambda name: None)
    result = CliRunner().invoke(sessionlint, ["check", "--watch", os.curdir])
    assert (result.exit_code, 'pip install "sessionlint[watch]"' in result.stderr) == (2, True)


def test_a_terminal_is_cleared_and_nothing_else_is(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("TERM", raising=False)
    clear()
    assert capsys.readouterr().out == ""
    monkeypatch.setattr("sessionlint.commands.console.is_terminal", lambda stream: True)
    clear()
    assert capsys.readouterr().out == "\x1b[H\x1b[2J\x1b[3J"
    monkeypatch.setenv("TERM", "dumb")
    clear()
    assert capsys.readouterr().out == ""
