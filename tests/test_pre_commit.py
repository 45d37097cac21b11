"""The hooks of .pre-commit-hooks.yaml, installed and run by pre-commit itself, without a network.

pre-commit builds the tool from a clone of this repository, with pip restricted to a folder of wheels, which
SESSIONLINT_WHEELHOUSE names (.ci/run makes one): what the tool needs to build and to run.
"""

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
WHEELHOUSE = os.environ.get("SESSIONLINT_WHEELHOUSE")
BAD = "import sqlalchemy.engine\n\n\ndef broken(:\n    pass\n"
CLEAN = "import sqlalchemy.engine\n\nprint(sqlalchemy.engine)\n"
FIXABLE = """\
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import sessionmaker


def make_factory(url: str):
    engine = create_async_engine(url)
    return sessionmaker(engine, class_=AsyncSession)
"""

pytestmark = [
    pytest.mark.packaging,
    pytest.mark.skipif(WHEELHOUSE is None, reason="SESSIONLINT_WHEELHOUSE names no folder of wheels (see .ci/run)"),
]


@pytest.fixture(scope="module")
def tool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of this repository, as pre-commit would see a published one."""
    assert find_spec("pre_commit"), "pre-commit is not installed: pip install --group package"
    clone = tmp_path_factory.mktemp("tool")
    _git(ROOT, "clone", "--quiet", str(ROOT), str(clone))
    return clone


@pytest.mark.parametrize("hook", ["sessionlint", "sessionlint-fix"])
def test_a_hook_for_files_reports_the_changed_files_only(hook: str, tool: Path, tmp_path: Path) -> None:
    project = _project(tmp_path, {"src/app.py": CLEAN, "src/other.py": BAD})
    clean = _try_repo(tool, hook, project, "src/app.py")
    assert clean.returncode == 0, clean.stdout
    assert re.search(r"\.\.Passed", clean.stdout)

    _project(tmp_path, {"src/app.py": BAD, "src/fixable.py": FIXABLE})
    bad = _try_repo(tool, hook, project, "src/app.py", "src/fixable.py")
    assert bad.returncode == 1, bad.stdout
    assert re.search(r"src/app\.py:\d+:\d+", bad.stdout)
    assert "SES001" in bad.stdout
    assert "src/other.py" not in bad.stdout
    repaired = "return async_sessionmaker(engine)" in (project / "src/fixable.py").read_text()
    assert repaired is (hook == "sessionlint-fix")
    assert ("files were modified by this hook" in bad.stdout) is repaired


def test_a_hook_for_files_reports_what_the_commit_brings_and_of_all_files_everything(tool: Path, tmp_path: Path) -> None:
    project = _project(tmp_path, {"src/app.py": BAD, "src/other.py": CLEAN})
    _git(project, "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "--message", "old")
    _project(tmp_path, {"src/app.py": f"# a comment\n{BAD}"})
    commented = _try_repo(tool, "sessionlint", project, "src/app.py")
    assert commented.returncode == 0, commented.stdout

    _project(tmp_path, {"src/other.py": BAD})
    bad = _try_repo(tool, "sessionlint", project, "src/app.py", "src/other.py")
    assert bad.returncode == 1, bad.stdout
    assert "src/other.py" in bad.stdout
    assert "src/app.py" not in bad.stdout

    _git(project, "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "--message", "more")
    everything = _try_repo(tool, "sessionlint", project, "src/app.py", "src/other.py")
    assert everything.returncode == 1, everything.stdout
    assert "src/app.py" in everything.stdout


def test_the_hook_for_projects_reports_files_that_did_not_change_too(tool: Path, tmp_path: Path) -> None:
    project = _project(tmp_path, {"src/app.py": CLEAN})
    clean = _try_repo(tool, "sessionlint-project", project, "src/app.py")
    assert clean.returncode == 0, clean.stdout

    _project(tmp_path, {"src/other.py": BAD})
    bad = _try_repo(tool, "sessionlint-project", project, "src/app.py")
    assert bad.returncode == 1, bad.stdout
    assert re.search(r"src/other\.py:\d+:\d+", bad.stdout)


def _project(folder: Path, files: dict[str, str]) -> Path:
    project = folder / "project"
    for name, text in files.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    if not (project / ".git").exists():
        _git(project, "init", "--quiet")
    _git(project, "add", ".")
    return project


def _try_repo(tool: Path, hook: str, project: Path, *files: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "pre_commit", "try-repo", str(tool), hook, "--color", "never", "--files", *files]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "GIT_"))},
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PRE_COMMIT_HOME": str(project.parent / "pre-commit"),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(WHEELHOUSE),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "VIRTUALENV_NO_PERIODIC_UPDATE": "1",
    }
    return subprocess.run(
        command, cwd=project, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8"
    )


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True)
