"""Small whole projects, one per layout: what the command line finds in each stands in its ``expected.txt``."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from sessionlint.cli import sessionlint

PROJECTS = Path(__file__).parents[1] / "fixtures" / "projects"
CARD = "SES101,SES201,SES301,SES302,SES303,SES401"


@pytest.mark.parametrize("layout", sorted(path.name for path in PROJECTS.iterdir() if path.is_dir()))
def test_a_project_of_each_layout(
    layout: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    project = tmp_path / layout
    shutil.copytree(PROJECTS / layout, project)
    expected = PROJECTS / layout / "expected.txt"
    monkeypatch.chdir(project)
    arguments = ["check", "--project-root", ".", "--select", CARD, "--output-format", "concise"]
    result = CliRunner().invoke(sessionlint, arguments)
    if request.config.getoption("--accept"):
        expected.write_text(result.stdout)
    assert result.stdout == expected.read_text()
