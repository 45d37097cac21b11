"""``sessionlint init``: what it shows is so, what it writes changes no finding, and nothing is lost."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from shop import FILES, write

from sessionlint.cli import sessionlint
from sessionlint.commands.snippets import GITHUB, GITLAB, PRE_COMMIT

Run = Callable[..., Result]

PYPROJECT = (
    '[project]\nname = "shop"\nversion = "1"\ndependencies = ["sqlalchemy>=2,<2.1", "fastapi"]\nrequires-python = ">=3.11"\n'
)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write({**FILES, "pyproject.toml": PYPROJECT}, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(sessionlint, ["init", *arguments])


def _files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_it_shows_what_there_is(shop: Path) -> None:
    lines = _run().stdout.splitlines()
    assert lines[0] == f"{shop.resolve()}: 12 Python files"
    assert lines[1] == "versions: SQLAlchemy 2.0 (pyproject.toml), Python 3.11 and newer (pyproject.toml)"
    assert lines[2].startswith("imports: SQLAlchemy in 5 files, ")
    assert "FastAPI in 4 files" in lines[2]
    assert "engines: 3" in lines
    assert "  shop.db.engine  shop/db.py:11  sync" in lines
    assert "  shop.db.SessionLocal  shop/db.py:12  sync" in lines
    assert "  shop.db.get_db  shop/db.py:15  sync, 4 uses" in lines
    assert "  shop.db.session_scope  shop/db.py:21  sync, 2 uses, duplicate" in lines


def test_without_consent_nothing_is_written(shop: Path) -> None:
    before = _files(shop)
    result = _run()
    assert (result.exit_code, _files(shop)) == (0, before)
    assert "pyproject.toml gets:\n\n    [tool.sessionlint]\n" in result.stdout
    assert "nothing was written; --yes writes it" in result.stderr


def test_the_configuration_stands_behind_what_was_there_and_changes_no_finding(shop: Path) -> None:
    before = CliRunner().invoke(sessionlint, ["check"]).stdout
    assert "wrote pyproject.toml" in _run("--yes").stderr
    text = (shop / "pyproject.toml").read_text()
    assert text.startswith(f"{PYPROJECT}\n[tool.sessionlint]\n")
    assert '# session-provider = "with shop.db.session_scope"' in text
    assert CliRunner().invoke(sessionlint, ["check"]).stdout == before
    assert [path.name for path in shop.iterdir() if path.name.startswith(".sessionlint")] == []


def test_what_it_proposes_can_be_used(shop: Path) -> None:
    _run("--yes")
    path = shop / "pyproject.toml"
    path.write_text("".join(line.removeprefix("# ") if " = " in line else line for line in path.read_text().splitlines(True)))
    result = CliRunner().invoke(sessionlint, ["check"])
    assert result.exit_code in (0, 1), result.stderr


def test_names_that_nobody_can_look_at_are_proposed(shop: Path) -> None:
    (shop / "shop" / "other.py").write_text("from company.db import make_session\nimport sqlalchemy\n\nmake_session()\n")
    assert '# session-factories = ["company.db.make_session"]' in _run().stdout


def test_a_project_without_a_pyproject_gets_a_file_of_ours(shop: Path) -> None:
    (shop / "pyproject.toml").unlink()
    assert "wrote sessionlint.toml" in _run("--yes").stderr
    assert (shop / "sessionlint.toml").read_text().startswith("# `sessionlint config` lists all keys")


@pytest.mark.parametrize("name", ["pyproject.toml", "sessionlint.toml"])
def test_a_second_time_nothing_is_written(shop: Path, name: str) -> None:
    if name == "sessionlint.toml":
        (shop / "pyproject.toml").unlink()
    _run("--yes")
    before = _files(shop)
    result = _run("--yes")
    assert (result.exit_code, _files(shop)) == (0, before)
    assert f"{name} configures sessionlint already; nothing was written." in result.stderr


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'[project]\r\nname = "x"', b'[project]\r\nname = "x"\r\n\r\n[tool.sessionlint]\r\n'),
        (b"\xef\xbb\xbf[project]\n\n\n", b"\xef\xbb\xbf[project]\n\n[tool.sessionlint]\n"),
        (b"", b"[tool.sessionlint]\n"),
        (b"# no more\n", b"# no more\n\n[tool.sessionlint]\n"),
    ],
)
def test_line_ends_and_marks_stay(shop: Path, before: bytes, after: bytes) -> None:
    (shop / "pyproject.toml").write_bytes(before)
    assert _run("--yes").exit_code == 0
    assert (shop / "pyproject.toml").read_bytes().startswith(after)


@pytest.mark.parametrize("broken", [b"[project\n", b"\xff\xfe", b"tool = {black = {}}\n"])
def test_what_cannot_be_added_to_is_left_alone(shop: Path, broken: bytes) -> None:
    (shop / "pyproject.toml").write_bytes(broken)
    before = _files(shop)
    result = _run("--yes")
    assert (result.exit_code, _files(shop)) == (2, before)
    assert "error: pyproject.toml: " in result.stderr


@pytest.mark.parametrize("name", ["pyproject.toml", "sessionlint.toml"])
def test_a_link_is_not_written_through(shop: Path, tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    (shop / "pyproject.toml").unlink()
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "file.toml"
    if name == "pyproject.toml":
        elsewhere.write_text(PYPROJECT)
    (shop / name).symlink_to(elsewhere)
    before = _files(elsewhere.parent)
    result = _run("--yes")
    assert (result.exit_code, _files(elsewhere.parent)) == (2, before)
    assert f"error: {name}: " in result.stderr
    assert (shop / name).is_symlink()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_to_is_told(shop: Path) -> None:
    shop.chmod(0o500)
    try:
        assert _run("--yes").exit_code == 2
    finally:
        shop.chmod(0o700)


def test_it_says_what_is_next(shop: Path) -> None:
    output = _run().stdout
    assert "sessionlint baseline create    # or keep these 2 for later" in output
    assert _indented(PRE_COMMIT) in output
    assert _indented(GITHUB) in output
    (shop / ".gitlab-ci.yml").write_text("")
    assert _indented(GITLAB) in _run().stdout


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


def test_a_project_without_sessions_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text("x = 1\n")
    result = _run()
    assert result.exit_code == 0
    assert "engines: none\nsession factories: none\nproviders: none\nfindings: none\n" in result.stdout
    assert "no file of this project imports SQLAlchemy" in result.stderr


def test_broken_files_are_no_obstacle(shop: Path) -> None:
    (shop / "shop" / "broken.py").write_text("import sqlalchemy.engine\ndef broken(:\n")
    result = _run()
    assert result.exit_code == 0
    assert "13 Python files\n" in result.stdout
    assert "\nfindings: 3 (2 of severity error, 1 of severity warning)\n" in result.stdout


def test_a_person_is_asked(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sessionlint.commands.init.is_terminal", lambda stream: True)
    before = _files(shop)
    no = CliRunner().invoke(sessionlint, ["init"], input="n\n")
    assert (no.exit_code, _files(shop)) == (0, before)
    assert "Write pyproject.toml? [y]es, [n]o: " in no.stderr
    yes = CliRunner().invoke(sessionlint, ["init"], input="y\n")
    assert "wrote pyproject.toml" in yes.stderr
