"""What only a process of its own can show: what is imported, signals, closed pipes."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

CLI = [sys.executable, "-m", "sessionlint"]
LAZY = ("libcst", "importlib.metadata", "asyncio", "hashlib", "sessionlint.rules.session.bare_session.rule")
FINDING = """\
from sqlalchemy.orm import sessionmaker

Maker = sessionmaker()


def load():
    session = Maker()
    return session.get(1, 2)
"""


def _imported(*arguments: str, cwd: Path) -> set[str]:
    """Which of LAZY a run of the command imports."""
    return _modules(*arguments, cwd=cwd) & {*LAZY}


def _modules(*arguments: str, cwd: Path) -> set[str]:
    """What a run of the command imports."""
    code = """
import sys
from sessionlint.cli import sessionlint
code = 0
try:
    sessionlint.main(prog_name="sessionlint")
except SystemExit as end:
    code = end.code
print("imported:", *sys.modules)
sys.exit(code)
"""
    done = subprocess.run([sys.executable, "-c", code, *arguments], cwd=cwd, capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split()[1:])


@pytest.mark.parametrize(
    "arguments", [["version"], ["--help"], ["check", "--help"], ["check", "."], ["check", "--show-settings"]]
)
def test_nothing_heavy_is_imported_where_nothing_is_parsed(tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "a.py").write_text("print('hello')\n")
    assert _imported(*arguments, cwd=tmp_path) == set()


def test_what_is_needed_is_imported(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import sqlalchemy.engine\ndef broken(:\n")
    (tmp_path / ".gitignore").write_text("x\n")
    assert "libcst" in _imported("check", ".", "--exit-zero", cwd=tmp_path)


def test_of_rules_that_are_not_asked_only_what_they_are_is_imported(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(FINDING)
    rules = {name for name in _modules("check", ".", "--exit-zero", cwd=tmp_path) if name.startswith("sessionlint.rules.")}
    off = {name for name in rules if name.startswith("sessionlint.rules.session.direct_session")}
    assert off == {"sessionlint.rules.session.direct_session"}
    assert "sessionlint.rules.session.bare_session.rule" in rules
    assert "sessionlint.rules.session.direct_session.search" in _modules("check", ".", "--select", "SES311", cwd=tmp_path)


def test_the_module_runs_as_the_command_does(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(FINDING)
    done = subprocess.run(
        [*CLI, "check", ".", "--output-format", "concise"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stdout.startswith("a.py:7:15: SES301 ")


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(FINDING * 400)
    with subprocess.Popen([*CLI, "check", "."], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        errors = process.stderr.read().decode()
    assert process.returncode == 1
    assert "Traceback" not in errors
    assert "BrokenPipe" not in errors


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_the_run_with_130_and_one_word(tmp_path: Path, number: int) -> None:
    with subprocess.Popen(
        [*CLI, "check", "-"],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_traced(),
        preexec_fn=_hear_interrupts,
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:  # it now waits for standard input, inside the command
            if b"sessionlint.commands.check" in line:
                break
        _interrupt(process, number)
        errors = process.stderr.read().decode()
    assert process.returncode == 130
    assert "\nInterrupted.\n" in errors
    assert "Traceback" not in errors


def _interrupt(process: "subprocess.Popen[bytes]", number: int) -> None:
    """As somebody does who sees that nothing happens: where an import is just coming to its end, Python may lose an interrupt."""
    for _ in range(10):
        process.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(5)
            return
    process.kill()


def _hear_interrupts() -> None:
    """A shell starts its background jobs deaf to interrupts, and what they start inherits that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _traced() -> dict[str, str]:
    """Python tells every import on standard error, so that a test sees how far the command has come."""
    return {**os.environ, "PYTHONVERBOSE": "1"}


def test_characters_that_the_terminal_has_not_are_escaped(tmp_path: Path) -> None:
    (tmp_path / "ünï.py").write_text(FINDING, encoding="utf-8")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run([*CLI, "check", "."], cwd=tmp_path, capture_output=True, env=environment, check=False)
    assert done.returncode == 1
    assert b"\\xfcn\\xef.py:7:15" in done.stdout


def _shell(command: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    check = f"{sys.executable} -m sessionlint check --no-cache --output-format concise"
    return subprocess.run(["sh", "-c", command.replace("CHECK", check)], cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.skipif(os.name == "nt", reason="streams of POSIX")
@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        ("CHECK . >&-", "standard output is closed"),
        ("CHECK --diff --unsafe-fixes . >&-", "standard output is closed"),
        ("CHECK --show-files >&-", "standard output is closed"),
        ("CHECK - <&-", "standard input is closed"),
        ("CHECK --interactive <&-", "--interactive: there is no terminal to ask on"),
    ],
)
def test_a_stream_that_is_closed_is_told_and_ends_with_2(tmp_path: Path, command: str, complaint: str) -> None:
    (tmp_path / "a.py").write_text(FINDING)
    done = _shell(command, tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"error: {complaint}\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize("command", ["CHECK .", "CHECK --show-settings", "CHECK --fix --unsafe-fixes - <a.py", "CHECK --help"])
def test_a_full_standard_output_is_told_and_ends_with_2(tmp_path: Path, command: str) -> None:
    (tmp_path / "a.py").write_text(FINDING)
    done = _shell(f"{command} >/dev/full", tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "No space left on device" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="streams of POSIX")
def test_without_standard_error_findings_are_told_and_nothing_else_gets_between_them(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(FINDING)
    done = _shell("CHECK -v . 2>&-", tmp_path)
    assert (done.returncode, done.stdout.count("\n")) == (1, 1)
    assert done.stdout.startswith("a.py:7:15: SES301 ")


@pytest.mark.skipif(os.name == "nt", reason="streams of POSIX")
def test_no_file_takes_the_place_of_a_closed_stream(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(FINDING)
    done = _shell("CHECK --fix --unsafe-fixes . <&- >&- 2>&-", tmp_path)
    assert done.returncode == 0
    compile((tmp_path / "a.py").read_text(), "a.py", "exec")
