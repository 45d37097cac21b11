"""``sessionlint config``: what a key does, and what it is set to here."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sessionlint.cli import sessionlint
from sessionlint.run.settings.schema import configuration_schema
from sessionlint.run.settings.settings import OPTIONS, SELECTION

Run = Callable[..., Result]

CONFIGURATION = """\
[tool.sessionlint]
fail-on = "error"
extend-ignore = ["SES1"]
extend-exclude = ["old"]

[[tool.sessionlint.overrides]]
files = ["scripts/*"]
ignore = ["SES301"]
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text(CONFIGURATION)
    return lambda *arguments: CliRunner().invoke(sessionlint, ["config", *arguments])


def test_a_key_is_explained_with_its_value_and_where_that_is_from(run: Run) -> None:
    assert run("fail-on").stdout == (
        "fail-on\n"
        "  Exit with 1 when there is a finding of this severity, or a worse one.\n"
        '  type: one of "error", "warning", "info", "never"\n'
        '  default: "warning"\n'
        '  here: "error"  # pyproject.toml:2\n'
    )


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        (["extend-ignore"], ["type: list of strings", "default: none", 'here: ["SES1"]  # pyproject.toml:3']),
        (["select"], ["here: as by default"]),
        (["overrides"], ["type: list of tables", "here: 1 in pyproject.toml:6"]),
        (["severity"], ['type: table; each value: one of "error", "warning", "info"', "default: {}"]),
        (["per-file-ignores"], ["type: table; each value: list of strings"]),
        (["force-exclude"], ["type: true or false", "default: false"]),
        (["tool.sessionlint.fail-on"], ['here: "error"  # pyproject.toml:2']),
        (["fail-on", "--isolated"], ["here: as by default"]),
        (["fail-on", "--config", 'fail-on = "info"'], ['here: "info"  # pyproject.toml:2, --config \'fail-on = "info"\'']),
        (["extend-exclude", "--config", 'extend-exclude = ["x"]'], ['here: ["old", "x"]  # pyproject.toml:4, ']),
    ],
)
def test_kinds_of_keys_and_places(run: Run, arguments: list[str], lines: list[str]) -> None:
    result = run(*arguments)
    assert result.exit_code == 0
    assert [line for line in lines if f"  {line}" not in result.stdout] == []


def test_without_a_key_all_are_listed(run: Run) -> None:
    listed = [line.split()[0] for line in run().stdout.splitlines()]
    assert listed == [*SELECTION, *OPTIONS, "overrides"]


@pytest.mark.parametrize("key", [*SELECTION, *OPTIONS, "overrides"])
def test_every_key_is_explained(run: Run, key: str) -> None:
    result = run(key)
    assert (result.exit_code, result.stderr) == (0, "")
    assert [line.partition(":")[0].strip() for line in result.stdout.splitlines()[2:5]] == ["type", "default", "here"]


def test_an_unknown_key_is_an_error_with_what_may_be_meant(run: Run) -> None:
    result = run("fial-on")
    assert (result.exit_code, result.stderr) == (2, 'error: config: unknown key "fial-on"; did you mean "fail-on"?\n')


def test_a_key_is_explained_also_where_the_configuration_is_broken(run: Run, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.sessionlint]\nfail-on = "sometimes"\n')
    result = run("fail-on")
    assert result.exit_code == 2
    assert "  type: one of" in result.stdout
    assert result.stderr.startswith("error: pyproject.toml:2: fail-on: expected one of")


def test_the_schema_is_printed(run: Run) -> None:
    assert json.loads(run("--schema").stdout) == configuration_schema()


def test_what_a_configuration_holds_steers_no_terminal(run: Run, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.sessionlint]\nextend-exclude = ["\\u001b[31m"]\n')
    assert "\x1b" not in run("extend-exclude").stdout
