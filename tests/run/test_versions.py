from collections.abc import Mapping
from configparser import ConfigParser, Error
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlint.model.targets import LoopScopes, Targets
from sessionlint.run.files.inputs import Inputs
from sessionlint.run.settings.declared.declaration import Declaration
from sessionlint.run.settings.declared.setup_cfg import read_sections
from sessionlint.run.settings.settings import Settings
from sessionlint.run.settings.versions import read_targets

INPUTS = Inputs(lambda text: None)


def _targets(root: Path, files: Mapping[str, str | bytes]) -> Targets:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return read_targets(root, Settings(), INPUTS)[0]


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


def test_poetry_lists_a_version_for_each_platform(tmp_path: Path) -> None:
    text = """
        [tool.poetry.dependencies]
        SQLAlchemy = [{version = "^1.3", python = "<3.8"}, {version = "^1.4", python = ">=3.8"}]
        [tool.poetry.dev-dependencies]
        fastapi = "0.105.*"
        [tool.poetry.group.other.dependencies]
        sqlmodel = {path = "../sqlmodel"}
    """
    assert _targets(tmp_path, {"pyproject.toml": text}) == Targets((1, 4), (0, 105), fastapi_oldest=(0, 105))


def test_the_groups_of_uv_and_pdm_are_read(tmp_path: Path) -> None:
    text = """
        [tool.uv]
        dev-dependencies = ["sqlalchemy<2"]
        [tool.pdm.dev-dependencies]
        test = ["fastapi==0.105"]
    """
    assert _targets(tmp_path, {"pyproject.toml": text}) == Targets((1, 4), (0, 105), fastapi_oldest=(0, 105))


def test_a_pipfile_is_read(tmp_path: Path) -> None:
    text = """
        [packages]
        sqlalchemy = {extras = ["asyncio"], version = "~=1.4"}
        [dev-packages]
        fastapi = "==0.105.0"
        [requires]
        python_version = "3.11"
    """
    assert _targets(tmp_path, {"Pipfile": text}) == Targets((1, 4), (0, 105), (3, 11), (0, 105))


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
    "include", ["-r deps/base.in", "-rdeps/base.in", "--requirement=deps/base.in", "--constraint deps/base.in  # why"]
)
def test_requirements_files_include_others_also_in_a_circle(tmp_path: Path, include: str) -> None:
    files = {
        "requirements.txt": f"{include}\n",
        "deps/base.in": "-c constraints/pins.in\nfastapi\n",
        "deps/constraints/pins.in": "-r ../../requirements.txt\nsqlalchemy==1.4.46\n",
    }
    assert _targets(tmp_path, files) == Targets((1, 4))
    names = [(found.name, found.file) for found in read_targets(tmp_path, Settings(), INPUTS)[1]]
    assert names == [("fastapi", "deps/base.in"), ("sqlalchemy", "deps/constraints/pins.in")]


def test_an_include_from_elsewhere_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "other.txt").write_text("sqlalchemy<2\n")
    text = "-r ../other.txt\n-r https://example.org/requirements.txt\n-r missing.txt\n-r\n"
    (tmp_path / "project").mkdir()
    assert _targets(tmp_path / "project", {"requirements.txt": text}) == Targets()


def _lock(packages: str) -> str:
    return f'version = 1\n\n{packages}\n[metadata]\nname = "fastapi"\nversion = "9.9"\n'


@pytest.mark.parametrize("name", ["uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "backend/uv.lock"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_lock_says_what_gets_installed(tmp_path: Path, name: str, newline: str) -> None:
    packages = """\
[[package]]
name = "anyio"
version = "4.4.0"
dependencies = [
    { name = "sqlalchemy", version = "0.1" },
]

[[package]]
category = "main"
name = "SQLAlchemy"
optional = false
version = "1.4.46"
files = [
    {file = "SQLAlchemy-1.4.46.tar.gz", hash = "sha256:abc"},
]

[package.dependencies]
greenlet = {version = "!=0.4.17"}
"""
    text = _lock(packages.replace("[[package", "[[packages") if name == "pylock.toml" else packages)
    assert _targets(tmp_path, {name: text.replace("\n", newline)}) == Targets((1, 4))
    assert Declaration("sqlalchemy", "==1.4.46", name, locked=True) in read_targets(tmp_path, Settings(), INPUTS)[1]


def test_a_pipfile_lock_is_read(tmp_path: Path) -> None:
    text = '{"default": {"SQLAlchemy": {"version": "==1.4.46"}}, "develop": {"fastapi": {"version": "==0.105.0"}, "x": {}}}'
    assert _targets(tmp_path, {"Pipfile.lock": text}) == Targets((1, 4), (0, 105), fastapi_oldest=(0, 105))


def test_a_lock_beats_a_range_and_the_newest_of_several_counts(tmp_path: Path) -> None:
    one = '[[package]]\nname = "fastapi"\nversion = "{}"\n'
    files = {
        "pyproject.toml": '[project]\ndependencies = ["fastapi>=0.100"]\n',
        "requirements.txt": "fastapi==0.120.0\n",
        "uv.lock": _lock(one.format("0.105.0") + one.format("0.109.2")),
    }
    assert _targets(tmp_path, files).fastapi == (0, 109)


@pytest.mark.parametrize("text", ["", "[[package]]", '[[package]]\nname = "fastapi"\n[[package]]\nversion = "1"\n', "{", "[1]"])
@pytest.mark.parametrize("name", ["uv.lock", "Pipfile.lock", "Pipfile"])
def test_a_broken_lock_says_nothing(tmp_path: Path, name: str, text: str) -> None:
    assert _targets(tmp_path, {name: text}) == Targets()


@pytest.mark.parametrize(
    ("specifier", "sqlalchemy"),
    [("==0.0.8", (1, 4)), ("<0.0.12", (1, 4)), ("==0.0.12", None), (">=0.0.8", None), ("", None)],
)
def test_an_old_sqlmodel_needs_sqlalchemy_1_4(tmp_path: Path, specifier: str, sqlalchemy: tuple[int, int] | None) -> None:
    assert _targets(tmp_path, {"requirements.txt": f"sqlmodel{specifier}\n"}).sqlalchemy == sqlalchemy


def test_a_requirements_file_in_utf_16_is_read(tmp_path: Path) -> None:
    assert _targets(tmp_path, {"requirements.txt": "sqlalchemy==1.4.46\r\n".encode("utf-16")}) == Targets((1, 4))


def test_a_pin_inside_a_range_counts_and_a_contradiction_means_the_newest_that_is_named(tmp_path: Path) -> None:
    declared = '[project]\ndependencies = ["sqlalchemy>=1.4"]\n'
    assert _targets(tmp_path, {"pyproject.toml": declared, "requirements.txt": "sqlalchemy==1.4.46\n"}).sqlalchemy == (1, 4)
    assert _targets(tmp_path, {"requirements.txt": "sqlalchemy==1.3.0\n"}).sqlalchemy is None
    pinned = {"pyproject.toml": "", "requirements.txt": "fastapi==0.105.0\n", "docs/requirements.txt": ""}
    assert _targets(tmp_path, {**pinned, "requirements-dev.txt": "fastapi==0.109.1\n"}).fastapi == (0, 109)
    assert _targets(tmp_path, {**pinned, "requirements-dev.txt": "fastapi>=0.109.1\n"}).fastapi is None


def test_a_lower_bound_alone_an_url_or_a_broken_file_mean_newest(tmp_path: Path) -> None:
    assert _targets(tmp_path, {"requirements.txt": "sqlalchemy>=1.4\nfastapi @ https://example.org/f.whl\n"}) == Targets()
    assert _targets(tmp_path, {"pyproject.toml": "[project\n", "setup.cfg": "no section\n"}) == Targets()


def test_services_that_lie_deeper_speak_where_nobody_above_them_speaks_of_sqlalchemy(tmp_path: Path) -> None:
    services: dict[str, str | bytes] = {
        "src/accounts/users/pyproject.toml": '[project]\ndependencies = ["sqlalchemy>=1.4.54,<2.0", "fastapi>=0.115"]\n',
        "src/ledger/requirements.txt": "requests\n",
        "node_modules/a/b/requirements.txt": "sqlalchemy<1.4\n",
        ".cache/a/requirements.txt": "sqlalchemy<1.4\n",
    }
    assert _targets(tmp_path / "one", services) == Targets((1, 4), None, None, (0, 115))
    above: dict[str, str | bytes] = {**services, "src/requirements.txt": "sqlalchemy>=2\n"}
    assert _targets(tmp_path / "two", above) == Targets()
    deepest: dict[str, str | bytes] = {"a/b/c/d/requirements.txt": "sqlalchemy<2\n"}
    assert _targets(tmp_path / "three", deepest) == Targets((1, 4))
    too_deep: dict[str, str | bytes] = {"a/b/c/d/e/requirements.txt": "sqlalchemy<2\n"}
    assert _targets(tmp_path / "four", too_deep) == Targets()


def test_settings_win_and_declarations_say_where_they_stand(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("sqlalchemy<2\n")
    targets, declared = read_targets(tmp_path, Settings(sqlalchemy_version=(2, 1)), INPUTS)
    assert targets.sqlalchemy == (2, 1)
    assert declared == [Declaration("sqlalchemy", "<2", "requirements.txt")]


def test_the_oldest_fastapi_is_known_only_when_every_declaration_has_one(tmp_path: Path) -> None:
    """A fix that needs FastAPI 0.121 must run on whatever the project admits."""
    bounded: dict[str, str | bytes] = {"pyproject.toml": '[project]\ndependencies = ["fastapi>=0.121"]\n'}
    assert _targets(tmp_path, bounded).fastapi_oldest == (0, 121)
    assert _targets(tmp_path, {**bounded, "requirements.txt": "fastapi\n"}).fastapi_oldest is None


@given(
    st.lists(
        st.sampled_from(
            ["[options]", "[a]", "[DEFAULT]", "x", "Y", "=", ":", " ", "\n", "\n ", "\n", "#c", ";", "]", "[", "\t", "\r\n"]
        ),
        max_size=14,
    ).map("".join)
)
def test_a_setup_cfg_is_read_as_python_reads_it(text: str) -> None:
    parser = ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except Error:
        with pytest.raises(ValueError, match="cannot be understood"):
            read_sections(text)
        return
    expected = {
        name: {key: [line for line in value.split("\n") if line] for key, value in parser.items(name)}
        for name in parser.sections()
    }
    found = {
        name: {key: list(filter(None, lines)) for key, lines in options.items()} for name, options in read_sections(text).items()
    }
    assert found == expected


@pytest.mark.parametrize(
    ("files", "loops"),
    [
        ({}, LoopScopes()),
        ({"pytest.ini": "[pytest]\nasyncio_mode = auto\n"}, LoopScopes(auto=True)),
        ({"tox.ini": "[pytest]\nasyncio_default_fixture_loop_scope = session\n"}, LoopScopes("session")),
        ({"setup.cfg": "[tool:pytest]\nasyncio_default_test_loop_scope = module\n"}, LoopScopes(tests="module")),
        ({"pyproject.toml": '[tool.pytest.ini_options]\nasyncio_default_test_loop_scope = "class"\n'}, LoopScopes(tests="class")),
        ({"pyproject.toml": '[tool.pytest]\nasyncio_mode = "auto"\n'}, LoopScopes(auto=True)),
        ({"pytest.ini": "[pytest]\n", "setup.cfg": "[tool:pytest]\nasyncio_mode = auto\n"}, LoopScopes()),
        ({"tox.ini": "[tox]\n", "backend/pytest.ini": "[pytest]\nasyncio_mode = auto\n"}, LoopScopes(auto=True)),
        ({"pytest.ini": "[pytest\n  what is this"}, LoopScopes()),
    ],
)
def test_the_event_loops_of_tests_are_read_where_pytest_reads_its_settings(
    tmp_path: Path, files: dict[str, str], loops: LoopScopes
) -> None:
    assert _targets(tmp_path, files).loops == loops
