"""A run that goes on from what the one before has kept, at the command line."""

import logging
from pathlib import Path
from typing import NoReturn

import pytest
from click.testing import CliRunner

from sessionlint.cli import sessionlint
from sessionlint.run.analysis import Analysis
from sessionlint.run.cache.store import Store

_FILES = {
    "db.py": """\
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

SessionLocal = sessionmaker(create_engine("sqlite:///a.db", pool_pre_ping=True))
Opener = SessionLocal
""",
    "leak.py": """\
from db import SessionLocal


def leak():
    db = SessionLocal()
    db.execute("select 1")
    return 1
""",
    "other.py": """\
from db import SessionLocal


def count():
    with SessionLocal() as db:
        return db.execute("select 1").scalar()
""",
    "plain.py": "def double(number):\n    return 2 * number\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    for name, text in _FILES.items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def no_beginning(monkeypatch: pytest.MonkeyPatch, project: Path) -> None:
    """After a run over the project, no other one begins at the beginning."""
    _run(project)

    def check(*_: object) -> NoReturn:
        raise AssertionError("the run begins at the beginning")

    monkeypatch.setattr(Analysis, "check", check)


def _run(project: Path, *options: str, paths: tuple[str, ...] = (".",)) -> str:
    given = [str(project / path) for path in paths]
    result = CliRunner().invoke(
        sessionlint, ["check", "--isolated", "--cache-dir", str(project.parent / "kept"), *options, *given]
    )
    assert result.exit_code in (0, 1), result.output
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


def _change(project: Path, name: str, old: str, new: str) -> None:
    text = (project / name).read_text()
    assert old in text
    (project / name).write_text(text.replace(old, new))


@pytest.mark.usefixtures("no_beginning")
def test_a_leak_that_is_mended(project: Path) -> None:
    assert "SES301" in _run(project)
    _change(project, "leak.py", "    return 1", "    db.close()")
    assert "SES301" not in (mended := _run(project))
    assert "SES302" in mended
    _change(project, "leak.py", "    db.close()", "    return 1")
    assert "SES301" in _run(project)


@pytest.mark.usefixtures("no_beginning")
def test_other_files_are_asked_about(project: Path) -> None:
    assert "SES301" in _run(project, paths=("leak.py",))
    assert "SES301" not in _run(project, paths=("other.py",))


@pytest.mark.usefixtures("no_beginning")
def test_files_with_and_without_sessions_at_once(project: Path) -> None:
    _change(project, "plain.py", "2 * number", "number + number")
    _change(project, "other.py", "select 1", "select 2")
    assert "SES301" in _run(project)


@pytest.mark.usefixtures("no_beginning")
def test_a_file_that_holds_a_word_from_elsewhere(project: Path) -> None:
    _change(project, "plain.py", "2 * number", "Opener * number")
    assert "SES301" in _run(project)


def test_a_file_that_begins_to_speak_of_sessions(project: Path) -> None:
    (project / "later.py").write_text("import db\n\n\ndef later():\n    return 1\n")
    _run(project)
    _change(project, "later.py", "return 1", "session = db.Opener()")
    assert _run(project) == _run(project, "--no-cache")
    assert _run(project).count("SES301") == 2


def test_another_file_comes(project: Path) -> None:
    _run(project)
    (project / "more.py").write_text(_FILES["leak.py"])
    assert _run(project) == _run(project, "--no-cache")
    assert "more.py" in _run(project)


def test_claims_of_another_run_than_the_footing_are_not_believed(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two runs at once may write theirs in turns."""
    _run(project)
    _change(project, "leak.py", "    return 1", "    db.close()")
    with monkeypatch.context() as patched:
        patched.setattr(Store, "keep_claims", lambda *_: None)
        _run(project)
    _change(project, "other.py", "select 1", "select 2")
    assert _run(project) == _run(project, "--no-cache")


def test_a_failure_of_ours_on_the_way_has_the_run_begin_again(
    project: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    _run(project)

    def judged(*_: object) -> NoReturn:
        monkeypatch.undo()
        raise RuntimeError("out of order")

    monkeypatch.setattr(Analysis, "judged", judged)
    _change(project, "other.py", "select 1", "select 2")
    with caplog.at_level(logging.DEBUG, logger="sessionlint"):
        assert "SES301" in _run(project)
    assert "out of order" in caplog.text
