"""Completion in shells: what they ask, and what they are answered."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SHELLS = ["bash", "zsh", "fish"]
COMMAND = Path(sys.executable).with_name("sessionlint")


def _run(*arguments: str, **environment: str) -> str:
    command = [sys.executable, "-c", "from sessionlint.cli import main; main()", *arguments]
    return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=True).stdout


def _asked(shell: str, words: str, at: str) -> list[str]:
    return _run(_SESSIONLINT_COMPLETE=f"{shell}_complete", COMP_WORDS=words, COMP_CWORD=at).splitlines()


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_of_a_shell_asks_the_command(shell: str) -> None:
    script = _run("completion", shell)
    assert script == _run(_SESSIONLINT_COMPLETE=f"{shell}_source")
    assert f"_SESSIONLINT_COMPLETE={shell}_complete" in script


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.skipif(sys.platform == "win32", reason="shells of other systems")
def test_the_script_is_one_that_the_shell_reads(shell: str) -> None:
    found = shutil.which(shell)
    if found is None:
        pytest.skip(f"there is no {shell}")
    subprocess.run([found, "-n"], input=_run("completion", shell), text=True, check=True, capture_output=True)


def test_commands_are_completed() -> None:
    assert _asked("bash", "sessionlint che", "1") == ["plain,check"]
    assert "plain,init" in _asked("bash", "sessionlint ", "1")


def test_options_are_completed() -> None:
    assert _asked("bash", "sessionlint check --output-f", "2") == ["plain,--output-format", "plain,--output-file"]


@pytest.mark.parametrize(
    ("words", "at", "answer"),
    [
        ("sessionlint rule bare", "2", ["plain", "bare-session", "SES301"]),
        ("sessionlint rule SES301", "2", ["plain", "SES301", "bare-session"]),
        ("sessionlint check --select SES101,SES302", "3", ["plain", "SES101,SES302", "close-not-guaranteed"]),
    ],
)
def test_rules_are_completed_by_code_and_by_name(words: str, at: str, answer: list[str]) -> None:
    assert _asked("zsh", words, at) == answer


def test_keys_of_the_configuration_are_completed() -> None:
    assert [line.partition("\t")[0] for line in _asked("fish", "sessionlint config fa", "fa")] == [
        "plain,fail-on",
        "plain,fastapi-version",
    ]


@pytest.mark.parametrize("command", ["check", "map", "patterns", "clean", "init"])
def test_paths_are_left_to_the_shell(command: str) -> None:
    assert _asked("bash", f"sessionlint {command} sr", "2") == ["file,sr"]


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_a_real_bash_completes(tmp_path: Path) -> None:
    (tmp_path / "complete").write_text(_run("completion", "bash"))
    lines = ["source ./complete", "COMP_WORDS=(sessionlint che)", "COMP_CWORD=1"]
    lines += ["compopt() { :; }", "_sessionlint_completion sessionlint che", 'printf "%s\\n" "${COMPREPLY[@]}"']
    path = f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}"
    result = subprocess.run(
        ["bash", "-c", "\n".join(lines)], cwd=tmp_path, capture_output=True, text=True, env={**os.environ, "PATH": path}
    )
    assert result.stdout == "check\n", result.stderr


@pytest.mark.skipif(shutil.which("fish") is None, reason="there is no fish")
def test_a_real_fish_completes(tmp_path: Path) -> None:
    (tmp_path / "s.fish").write_text(_run("completion", "fish"))
    (tmp_path / "src").mkdir()
    asked = ("sessionlint che", "sessionlint check sr", "sessionlint rule bare")
    script = "source s.fish\n" + "\n".join(f'complete -C "{words}"' for words in asked)
    path = f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "HOME": str(tmp_path)}
    result = subprocess.run(["fish", "-c", script], cwd=tmp_path, capture_output=True, text=True, env=environment)
    assert [line.partition("\t")[0] for line in result.stdout.splitlines()] == ["check", "src/", "bare-session"], result.stderr
