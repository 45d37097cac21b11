"""The JSON Schema of the configuration says what the configuration's reader says."""

import json
import subprocess
import sys
from importlib import import_module
from importlib.metadata import entry_points
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from validate_pyproject.api import Validator
from validate_pyproject.error_reporting import ValidationError

from sessionlint.run.errors import UsageError
from sessionlint.run.settings.about import ABOUT
from sessionlint.run.settings.config import checked
from sessionlint.run.settings.schema import configuration_schema
from sessionlint.run.settings.settings import OPTIONS, OVERRIDE, SELECTION

FILE = files("sessionlint.run.settings") / "configuration.schema.json"
SCHEMA = configuration_schema()
_Validator = import_module("jsonschema").Draft7Validator
VALUES: list[object] = [
    *(True, 1, -1, 1.5, "", "x", "2.0", "2.0.1", "2", ">=0.1", "error", "warnings", "never", "concise", "refused"),
    *("a.b", "async a.b", "async with a.b", "with  a.b", "sometimes a.b", "a.", "inner/folder"),
    *([], ["SES301"], ["a.b"], ["async a.b", "c.d"], ["with a.b"], [1], ["x" * 2000], ["x"] * 1001),
    *({}, {"x": "info"}, {"SES301": "fatal"}, {"x": ["SES301"]}, {"x": [1]}, {"x": 1}),
]
# what a schema does not say
FINER = {"required-version", "cache-dir", "baseline"}


def _is_read(table: dict[str, Any]) -> bool:
    try:
        checked(table, lambda key, value: key)
    except UsageError:
        return False
    return True


def test_every_key_is_told_of() -> None:
    assert set(ABOUT) == {*SELECTION, *OPTIONS, *OVERRIDE, "overrides"}
    assert set(SCHEMA["properties"]) == {*SELECTION, *OPTIONS, "overrides"}
    assert all(text.endswith(".") and "\n" not in text for text in ABOUT.values())


def test_it_is_a_schema() -> None:
    _Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("key", [*SELECTION, *OPTIONS])
def test_it_admits_what_is_read_and_nothing_else(key: str) -> None:
    validator = _Validator(SCHEMA)
    admitted = {json.dumps(value) for value in VALUES if validator.is_valid({key: value})}
    read = {json.dumps(value) for value in VALUES if _is_read({key: value})}
    assert read
    assert read <= admitted
    assert key in FINER or admitted == read


@pytest.mark.parametrize(
    "table",
    [
        {"overrides": [{"files": ["a"], "ignore": ["SES301"], "severity": {"SES3": "info"}}]},
        {"overrides": [{"ignore": ["SES301"]}]},
        {"overrides": [{"files": ["a"], "src": ["b"]}]},
        {"overrides": {"files": ["a"]}},
        {"selct": []},
    ],
)
def test_it_knows_overrides_and_unknown_keys(table: dict[str, Any]) -> None:
    assert _Validator(SCHEMA).is_valid(table) == _is_read(table)


def test_the_default_of_each_key_is_one_that_it_admits() -> None:
    for key, told in SCHEMA["properties"].items():
        if "default" in told:
            assert _Validator(told).is_valid(told["default"]), key


def test_the_file_in_the_package_is_up_to_date(request: pytest.FixtureRequest) -> None:
    text = json.dumps(SCHEMA, indent=2) + "\n"
    if request.config.getoption("--accept"):
        Path(str(FILE)).write_text(text, encoding="utf-8")
    assert FILE.read_text(encoding="utf-8") == text


def test_validate_pyproject_finds_and_uses_it() -> None:
    (entry,) = entry_points(group="validate_pyproject.tool_schema", name="sessionlint")
    assert entry.load()("sessionlint") == SCHEMA
    validate = Validator()
    project = {"project": {"name": "x", "version": "1"}}
    validate({**project, "tool": {"sessionlint": {"extend-ignore": ["SES101"]}}})
    with pytest.raises(ValidationError, match=r"tool\.sessionlint"):
        validate({**project, "tool": {"sessionlint": {"selct": []}}})


def test_its_command_reports_what_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_text('[project]\nname = "x"\nversion = "1"\n[tool.sessionlint]\nfail-on = "sometimes"\n')
    result = subprocess.run([sys.executable, "-m", "validate_pyproject", str(file)], capture_output=True, text=True)
    assert result.returncode != 0
    assert "tool.sessionlint.fail-on" in result.stdout + result.stderr
