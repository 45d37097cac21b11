from pathlib import Path

import pytest

from sessionlint.model.targets import Targets
from sessionlint.run.settings import Settings
from sessionlint.run.versions import Declaration, read_targets


def _targets(root: Path, files: dict[str, str | bytes]) -> Targets:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return read_targets(root, Settings())[0]


def test_pep_621_dependencies_are_read_with_extras_and_markers(tmp_path: Path) -> None:
    text = """
        [project]
        requires-python = ">=3.10,<4"
        dependencies = ["SQLAlchemy[asyncio]>=1.4,<2; python_version > '3'", "fastapi ~= 0.115.2"]
    """
    assert _targets(tmp_path, {"pyproject.toml": text}) == Targets((1, 4), (0, 115), (3, 10), (0, 115))


def test_dependency_groups_and_optional_dependencies_are_read(tmp_path: Path) -> None:
    text = """
        [project.optional-dependencies]
        db = ["sqlalchemy<2"]
        [dependency-groups]
        web = ["fastapi==0.105.0", {include-group = "db"}]
    """
    assert _targets(tmp_path, {"pyproject.toml": text}) == Targets((1, 4), (0, 105), None, (0, 105))


def test_poetry_tables_are_read(tmp_path: Path) -> None:
    text = """
        [tool.poetry.dependencies]
        python = "^3.11"
        sqlalchemy = {version = "^1.4", extras = ["asyncio"]}
        [tool.poetry.group.web.dependencies]
        fastapi = "^0.110.0"
    """
    assert _targets(tmp_path, {"pyproject.toml": text}) == Targets((1, 4), (0, 110), (3, 11), (0, 110))


def test_setup_cfg_is_read(tmp_path: Path) -> None:
    text = "[options]\npython_requires = >=3.9\ninstall_requires =\n    sqlalchemy~=1.4\n    fastapi\n"
    assert _targets(tmp_path, {"setup.cfg": text}) == Targets((1, 4), None, (3, 9))


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-dev.txt", "requirements/base.txt", "backend/requirements.txt"]
)
def test_requirements_files_are_read_wherever_projects_keep_them(tmp_path: Path, name: str) -> None:
    text = "# pins\n-r other.txt\nSQLAlchemy==1.4.46 --hash=sha256:abc # why\nfastapi==0.105.0 \\\n    --hash=sha256:def\n"
    assert _targets(tmp_path, {name: text}) == Targets((1, 4), (0, 105), None, (0, 105))


@pytest.mark.parametrize(
    ("specifier", "sqlalchemy"),
    [("==0.0.8", (1, 4)), ("<0.0.12", (1, 4)), ("==0.0.12", None), (">=0.0.8", None), ("", None)],
)
def test_an_old_sqlmodel_needs_sqlalchemy_1_4(tmp_path: Path, specifier: str, sqlalchemy: tuple[int, int] | None) -> None:
    assert _targets(tmp_path, {"requirements.txt": f"sqlmodel{specifier}\n"}).sqlalchemy == sqlalchemy


def test_a_requirements_file_in_utf_16_is_read(tmp_path: Path) -> None:
    assert _targets(tmp_path, {"requirements.txt": "sqlalchemy==1.4.46\r\n".encode("utf-16")}) == Targets((1, 4))


def test_a_pin_inside_a_range_counts_and_a_contradiction_means_newest(tmp_path: Path) -> None:
    declared = '[project]\ndependencies = ["sqlalchemy>=1.4"]\n'
    assert _targets(tmp_path, {"pyproject.toml": declared, "requirements.txt": "sqlalchemy==1.4.46\n"}).sqlalchemy == (1, 4)
    assert _targets(tmp_path, {"requirements.txt": "sqlalchemy==1.3.0\n"}).sqlalchemy is None


def test_a_lower_bound_alone_an_url_or_a_broken_file_mean_newest(tmp_path: Path) -> None:
    assert _targets(tmp_path, {"requirements.txt": "sqlalchemy>=1.4\nfastapi @ https://example.org/f.whl\n"}) == Targets()
    assert _targets(tmp_path, {"pyproject.toml": "[project\n", "setup.cfg": "no section\n"}) == Targets()


def test_settings_win_and_declarations_say_where_they_stand(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("sqlalchemy<2\n")
    targets, declared = read_targets(tmp_path, Settings(sqlalchemy_version=(2, 1)))
    assert targets.sqlalchemy == (2, 1)
    assert declared == [Declaration("sqlalchemy", "<2", "requirements.txt")]


def test_the_oldest_fastapi_is_known_only_when_every_declaration_has_one(tmp_path: Path) -> None:
    """A fix that needs FastAPI 0.121 must run on whatever the project admits."""
    bounded: dict[str, str | bytes] = {"pyproject.toml": '[project]\ndependencies = ["fastapi>=0.121"]\n'}
    assert _targets(tmp_path, bounded).fastapi_oldest == (0, 121)
    assert _targets(tmp_path, {**bounded, "requirements.txt": "fastapi\n"}).fastapi_oldest is None
