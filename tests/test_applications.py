"""A whole application, whose own tests pass before and after its engine is built on first use."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from sessionlint.cli import sessionlint

pytestmark = pytest.mark.thorough

NOTES = Path(__file__).parents[1] / "fixtures" / "applications" / "notes"
ARGUMENTS = ["check", ".", "--project-root", ".", "--isolated", "--select", "SES101", "--unsafe-fixes"]


@pytest.fixture
def application(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "notes"
    shutil.copytree(NOTES, folder, ignore=shutil.ignore_patterns("__pycache__", ".pytest_cache"))
    monkeypatch.chdir(folder)
    return folder


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.run(
        [sys.executable, *arguments], env={**environment, "PYTHONPATH": "."}, capture_output=True, text=True, check=False
    )


def _tests() -> str:
    done = _run("-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error::sqlalchemy.exc.SAWarning", "tests")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.partition("[")[0]


def test_an_application_with_a_lazy_engine_does_what_it_did(application: Path) -> None:
    before = _tests()
    needed = _run("-c", "import app.main")
    assert "KeyError: 'DATABASE_URL'" in needed.stderr

    fixed = CliRunner().invoke(sessionlint, [*ARGUMENTS, "--fix"])
    assert (fixed.exit_code, fixed.stderr) == (0, "Fixed 1 finding.\n")

    assert _tests() == before
    assert _run("-c", "import app.main").returncode == 0
    assert [path.name for path in application.rglob("*.py") if "SessionLocal" in path.read_text(encoding="utf-8")] == []
    again = CliRunner().invoke(sessionlint, [*ARGUMENTS, "--diff"])
    assert (again.exit_code, again.stdout) == (0, "")


def test_an_application_that_fakes_its_engine_is_left_alone(application: Path) -> None:
    test = application / "tests" / "test_notes.py"
    text = test.read_text(encoding="utf-8")
    test.write_text(text + '\n\ndef test_fake(monkeypatch):\n    monkeypatch.setattr("app.db.engine", None)\n', encoding="utf-8")
    result = CliRunner().invoke(sessionlint, [*ARGUMENTS, "--diff"])
    assert (result.exit_code, result.stdout) == (0, "")


def test_other_fixes_of_the_same_run_know_the_new_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The session that is to be closed is opened by a factory that is about to be renamed."""
    monkeypatch.chdir(tmp_path)
    Path("db.py").write_text(
        "import os\nfrom sqlalchemy import create_engine\nfrom sqlalchemy.orm import sessionmaker\n\n"
        "engine = create_engine(os.environ['DATABASE_URL'])\nSessionLocal = sessionmaker(engine)\n"
    )
    Path("use.py").write_text(
        "from db import SessionLocal\n\n\ndef load(key):\n    session = SessionLocal()\n    return session.get(int, key)\n"
    )
    arguments = ["check", ".", "--project-root", ".", "--isolated", "--select", "SES101,SES301", "--unsafe-fixes", "--fix"]
    result = CliRunner().invoke(sessionlint, arguments)
    assert (result.exit_code, result.stderr) == (0, "Fixed 2 findings.\n")
    assert Path("use.py").read_text() == (
        "from db import get_sessionmaker\n\n\ndef load(key):\n"
        "    with get_sessionmaker()() as session:\n        return session.get(int, key)\n"
    )
