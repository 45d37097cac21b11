"""The flake8 plugin, by way of flake8 itself: what it reports is what the command line reports."""

import json
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from click.testing import CliRunner
from flake8.main.cli import main
from flake8.utils import stdin_get_value

from sessionlint.cli import sessionlint
from sessionlint.flake8 import _checked

Flake8 = Callable[..., list[str]]

DB = """\
import os

from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

engine = create_engine(os.environ["DATABASE_URL"])
SessionLocal = sessionmaker(engine)
"""
LEAK = """\
from db import SessionLocal


def first(query):
    session = SessionLocal()
    return session.scalars(query).first()
"""
BY_HAND = """\
from db import SessionLocal


def first(query):
    session = SessionLocal()
    try:
        return session.scalars(query).first()
    finally:
        session.close()
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "sessionlint.toml").write_text("")
    for name, text in {"db.py": DB, "leak.py": LEAK, "by_hand.py": BY_HAND}.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def flake8(project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Flake8:
    """Runs it in ``project``; lines such as ``leak.py:5:15: SES301 message``."""
    monkeypatch.chdir(project)

    def run(*arguments: str, text: str = "") -> list[str]:
        _checked.cache_clear()  # what a process keeps
        monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(text.encode()), encoding="utf-8"))
        stdin_get_value.cache_clear()
        main(["--isolated", "--select", "SES,E9", *arguments])
        output = capfd.readouterr()
        assert output.err == ""
        return sorted(line.removeprefix("./") for line in output.out.splitlines())

    return run


def _places(lines: list[str]) -> list[str]:
    """Without the messages."""
    return [" ".join(line.split(" ", 2)[:2]) for line in lines]


def _cli(folder: Path) -> list[str]:
    """What the command line finds, told as flake8 does."""
    arguments = ["check", "-q", "--output-format", "json", str(folder)]
    findings = json.loads(CliRunner().invoke(sessionlint, arguments, catch_exceptions=False).stdout)["findings"]
    return sorted(
        f"{entry['filename']}:{entry['location']['row']}:{entry['location']['column']}: {entry['code']} {entry['message']}"
        for entry in findings
    )


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_it_reports_what_the_command_line_reports(flake8: Flake8, project: Path, jobs: str) -> None:
    found = flake8("-j", jobs, ".")
    assert _places(found) == ["db.py:6:10: SES101", "leak.py:5:15: SES301"]
    assert found == _cli(project)


def test_a_file_alone_is_seen_in_its_project(flake8: Flake8, project: Path) -> None:
    assert _places(flake8("leak.py")) == ["leak.py:5:15: SES301"]
    (project / "db.py").unlink()
    assert _places(flake8("leak.py")) == []


def test_the_configuration_of_the_project_counts(flake8: Flake8, project: Path) -> None:
    (project / "sessionlint.toml").write_text('extend-select = ["SES316"]\nper-file-ignores = {"db.py" = ["SES101"]}\n')
    found = flake8(".")
    assert found == _cli(project)
    assert _places(found) == ["by_hand.py:5:15: SES316", "leak.py:5:15: SES301"]


def test_each_project_has_its_own_configuration(flake8: Flake8, project: Path) -> None:
    inner = project / "inner"
    inner.mkdir()
    (inner / "db.py").write_text(DB)
    (inner / "sessionlint.toml").write_text('ignore = ["SES101"]\n')
    assert _places(flake8(".")) == ["db.py:6:10: SES101", "leak.py:5:15: SES301"]


def test_a_rule_that_is_off_by_default_is_on_where_flake8_names_it(flake8: Flake8, project: Path) -> None:
    assert _places(flake8("by_hand.py", "--extend-select", "SES3")) == []
    assert _places(flake8("by_hand.py", "--extend-select", "SES316")) == ["by_hand.py:5:15: SES316"]


def test_flake8_ignores_by_prefix_and_by_file(flake8: Flake8, project: Path) -> None:
    assert _places(flake8(".", "--extend-ignore", "SES1")) == ["leak.py:5:15: SES301"]
    assert _places(flake8(".", "--per-file-ignores", "leak.py:SES301")) == ["db.py:6:10: SES101"]


@pytest.mark.parametrize("comment", ["# noqa", "# noqa: SES301", "# sessionlint: ignore[SES301]"])
def test_comments_hide_what_they_hide_elsewhere(flake8: Flake8, project: Path, comment: str) -> None:
    (project / "leak.py").write_text(LEAK.replace("SessionLocal()", f"SessionLocal()  {comment}"))
    assert _places(flake8("leak.py")) == []
    shown = ["leak.py:5:15: SES301"] if "noqa" in comment else []
    assert _places(flake8("leak.py", "--disable-noqa")) == shown


def test_a_comment_at_the_factory_hides_what_is_found_elsewhere(flake8: Flake8, project: Path) -> None:
    (project / "db.py").write_text(DB.replace("sessionmaker(engine)", "sessionmaker(engine)  # noqa: SES301"))
    assert _places(flake8("leak.py")) == []


def test_text_that_is_not_saved_counts(flake8: Flake8, project: Path) -> None:
    mended = "def first(query):\n    return query.first()\n"
    changed = LEAK.replace("def", "# one line more\ndef")
    assert _places(flake8("--stdin-display-name", "leak.py", "-", text=changed)) == ["leak.py:6:15: SES301"]
    assert _places(flake8("--stdin-display-name", "leak.py", "-", text=mended)) == []
    assert _places(flake8("-", text=LEAK)) == ["stdin:5:15: SES301"]
    assert _places(flake8("-", text=changed)) == ["stdin:6:15: SES301"]


def test_what_is_wrong_with_the_configuration_is_told_where_flake8_tells(flake8: Flake8, project: Path) -> None:
    (project / "sessionlint.toml").write_text('select = ["SES999"]\n')
    assert flake8("leak.py") == ['leak.py:1:1: SES000 sessionlint.toml:1: select: unknown rule "SES999"']


def test_what_a_configuration_holds_steers_no_terminal(flake8: Flake8, project: Path) -> None:
    (project / "sessionlint.toml").write_text('select = ["SES\\u001b[31m"]\n')
    (line,) = flake8("leak.py")
    assert 'unknown rule "SES␛[31m"' in line


def test_a_file_that_does_not_parse_is_flake8s_business(flake8: Flake8, project: Path) -> None:
    (project / "leak.py").write_text("def broken(:\n")
    assert [line.split()[1] for line in flake8("leak.py")] == ["E999"]


def test_loose_files_beside_each_other_are_no_project(flake8: Flake8, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder that holds anything and everything, a file is seen by itself."""
    monkeypatch.setenv("HOME", str(project))
    (project / "sessionlint.toml").unlink()
    assert flake8("leak.py") == []


def test_a_run_of_the_command_line_does_not_load_it() -> None:
    code = (
        "import sys, sessionlint.cli, sessionlint.commands.check; print([n for n in sys.modules if 'flake8' in n or '.api' in n])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
