"""What other services are given: the action of GitHub does what it says, and snippets are the same wherever they stand."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from sessionlint.commands.snippets import GITHUB, GITLAB, PRE_COMMIT

ROOT = Path(__file__).parent.parent
ACTION = (ROOT / "action.yml").read_text(encoding="utf-8")
PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
DEFAULTS = {
    "PATHS": ".",
    "ARGUMENTS": "",
    "FORMAT": "github",
    "SARIF": "",
    "SUMMARY": "true",
}


def test_snippets_are_those_of_the_page() -> None:
    assert [text for text in (PRE_COMMIT, GITLAB) if f"```yaml\n{text}```" not in PAGE] == []
    assert "".join(f"      {line}\n" for line in GITHUB.splitlines()) in PAGE


def test_every_input_of_the_action_is_told_of_with_its_default() -> None:
    inputs = ACTION.partition("\ninputs:\n")[2].partition("\nruns:")[0]
    declared = re.findall(r'^  ([a-z-]+):\n    description: .+\n    default: "?([^"\n]*)"?$', inputs, re.MULTILINE)
    assert len(declared) == len(re.findall(r"^  [a-z-]+:$", inputs, re.MULTILINE))
    told = re.findall(r"^\| `([a-z-]+)` \| (?:`(.+?)`)? ?\|", PAGE, re.MULTILINE)
    assert told == declared


def test_nothing_that_others_write_becomes_part_of_a_script() -> None:
    """Inputs reach the scripts by way of the environment."""
    assert [script for script in _scripts() if "${{" in script] == []


def _scripts() -> list[str]:
    found = re.findall(r"^      run: \|\n((?:        .*\n|\n)+)", ACTION, re.MULTILINE)
    assert len(found) == ACTION.count("run: |") == 2
    return [dedent(script) for script in found]


@pytest.fixture
def runner(tmp_path: Path) -> Path:
    """The temporary folder of a runner, where the first step has been done: with the sessionlint of the tests."""
    bin_folder = tmp_path / "runner" / "sessionlint" / "bin"
    bin_folder.mkdir(parents=True)
    (bin_folder / "sessionlint").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m sessionlint "$@"\n')
    (bin_folder / "sessionlint").chmod(0o755)
    return tmp_path / "runner"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    shutil.copytree(ROOT / "fixtures" / "inputs" / "reports" / "src", folder / "src")
    (folder / "sessionlint.toml").write_text("")
    return folder


def _check(runner: Path, project: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        **DEFAULTS,
        **inputs,
        "RUNNER_TEMP": str(runner),
        "GITHUB_STEP_SUMMARY": str(runner / "summary.md"),
    }
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", _scripts()[1]]  # as a runner calls it
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, encoding="utf-8")


needs_bash = pytest.mark.skipif(shutil.which("bash") is None or sys.platform == "win32", reason="there is no bash")


@needs_bash
def test_the_action_annotates_and_summarises_and_fails(runner: Path, project: Path) -> None:
    result = _check(runner, project, SARIF="found.sarif")
    assert result.returncode == 1
    assert "::error title=sessionlint (SES301)" in result.stdout
    assert "SES301" in (runner / "summary.md").read_text(encoding="utf-8")
    assert json.loads((project / "found.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"


@needs_bash
def test_the_action_takes_paths_and_arguments(runner: Path, project: Path) -> None:
    result = _check(runner, project, PATHS="src/app/db.py src/app", ARGUMENTS="--select SES101 --exit-zero", SUMMARY="false")
    assert (result.returncode, "SES101" in result.stdout, "SES301" in result.stdout) == (0, True, False)
    assert not (runner / "summary.md").exists()


@needs_bash
def test_the_action_runs_no_input(runner: Path, project: Path) -> None:
    result = _check(runner, project, PATHS="$(touch ran) `touch ran` ; touch ran", ARGUMENTS="$(touch ran)")
    assert result.returncode == 2
    assert not (project / "ran").exists()
