"""A root folder that is a package itself is looked at as from the folder around it."""

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner
from pages.page import read_page

from sessionlint.cli import sessionlint
from sessionlint.link.names.layout import Layout
from sessionlint.model.source import Place, Source
from sessionlint.rules.registry import RegisteredRule, registered_rules
from sessionlint.run.analysis import Analysis
from sessionlint.run.discovery.roots import Root, find_root
from sessionlint.run.settings.selectors import Layer
from sessionlint.run.settings.settings import Settings

PROJECTS = Path(__file__).parents[2] / "fixtures" / "projects"
ALL = Settings(layers=(Layer(select=("ALL",)),))
Files = Mapping[str, str]


def _found(files: Files, top: str, package: str = "") -> list[object]:
    """Each finding with all its places, in paths from ``top``."""
    outcome = Analysis(ALL, package=package).check({path: Source(path, text) for path, text in files.items()}).outcome
    assert not outcome.errors

    def inside(place: Place) -> tuple[str, int, int]:
        return place.path.removeprefix(f"{top}/"), place.span.start, place.span.end

    return [
        (one.code, one.message.replace(f"{top}/", ""), [inside(place) for place in one.trace], one.fix is None)
        for one in outcome.findings
    ]


def _top(files: Files) -> str:
    (top,) = {path.partition("/")[0] for path in files}
    return top


def _inside(files: Files) -> Files:
    return {path.partition("/")[2]: text for path, text in files.items()}


def _as_package(files: Files) -> Files:
    """The files, which lie in one folder, with an ``__init__.py`` there if they have none."""
    return {f"{_top(files)}/__init__.py": "", **files}


def _cases(entry: RegisteredRule) -> Iterator[Files]:
    """The Python files of cases that lie in one folder, if code names that folder."""
    for case in read_page(entry.page).cases:
        files = {path: text for path, text in case.files.items() if path.endswith((".py", ".pyi"))}
        if len(files) > 1 and len({path.partition("/")[0] for path in files}) == 1:
            yield _as_package(files)


@pytest.mark.parametrize("entry", [entry for entry in registered_rules() if [*_cases(entry)]], ids=lambda entry: entry.rule.code)
def test_a_case_in_a_package_is_found_from_inside(entry: RegisteredRule) -> None:
    for files in _cases(entry):
        top = _top(files)
        assert _found(_inside(files), top, top) == _found(files, top)


# --- on the command line ----------------------------------------------------------------------------------------------


def _packages() -> Iterator[Path]:
    """The outermost packages of the fixtures that have a package in them or more than one module."""
    for init in sorted(PROJECTS.rglob("__init__.py")):
        if not (init.parents[1] / "__init__.py").exists() and len([*init.parent.rglob("*.py")]) > 2:
            yield init.parent


def _checked(root: Path, *paths: Path) -> list[tuple[str, str, int]]:
    """Code, real path and line of each finding."""
    arguments = ["check", "--project-root", str(root), "--select", "ALL", "--output-format", "json", *map(str, paths or (root,))]
    found = json.loads(CliRunner().invoke(sessionlint, arguments).stdout)["findings"]
    return sorted((one["code"], str(Path(one["filename"]).resolve()), one["location"]["row"]) for one in found)


@pytest.mark.parametrize("package", [*_packages()], ids=lambda package: package.relative_to(PROJECTS).as_posix())
def test_a_package_of_a_project_is_found_from_inside(package: Path, tmp_path: Path) -> None:
    """Also as part of another package."""
    for inner in (tmp_path / "one" / package.name, tmp_path / "two" / "outer" / package.name):
        shutil.copytree(package, inner)
        if inner.parent.name == "outer":
            (inner.parent / "__init__.py").touch()
        expected = _checked(inner.parent)
        assert _checked(inner) == expected
        (inner / "sessionlint.toml").write_text("")
        assert find_root([inner]).folder == inner.resolve()
        assert _checked(inner) == expected


def test_what_is_known_of_an_unchanged_project_depends_on_what_is_around_it(tmp_path: Path) -> None:
    root = tmp_path / "around" / "app"
    root.mkdir(parents=True)
    (root / "__init__.py").touch()
    (root / "db.py").write_text("from sqlalchemy.orm import sessionmaker\n\nSessionLocal = sessionmaker()\n")
    (root / "use.py").write_text("from around.app.db import SessionLocal\n\n\ndef use():\n    SessionLocal().get(1, 2)\n")
    assert [code for code, *_ in _checked(root) if code == "SES301"] == []
    (root.parent / "__init__.py").touch()
    assert [code for code, *_ in _checked(root) if code == "SES301"] == ["SES301"]


# --- names ------------------------------------------------------------------------------------------------------------

LAYOUT = Layout(["__init__.py", "db.py", "sub/__init__.py", "sub/app.py"], package="outer.app")


@pytest.mark.parametrize(
    ("module", "level", "path"),
    [
        ("outer.app.db", 0, "db.py"),
        ("app.db", 0, "db.py"),
        ("db", 0, "db.py"),
        ("app", 0, "sub/app.py"),
        ("outer.app", 0, "__init__.py"),
        ("outer.app.sub", 0, "sub/__init__.py"),
        ("outer.db", 0, None),
        ("outer", 0, None),
        ("outer.application.db", 0, None),
        ("other.outer.app.db", 0, None),
        ("db", 2, "db.py"),
        ("app.db", 3, "db.py"),
        ("db", 3, None),
        ("outer.app.db", 4, "db.py"),
        ("outer.app.db", 5, None),
        ("", 2, "__init__.py"),
    ],
)
def test_a_name_from_a_module_of_the_package(module: str, level: int, path: str | None) -> None:
    assert LAYOUT.resolve("sub/user.py", module, level) == path
    assert LAYOUT.is_internal("sub/user.py", module, level) is (module.partition(".")[0] not in ("other", "db") or level > 0)


def test_modules_are_called_as_python_calls_them() -> None:
    assert [LAYOUT.module_name(path) for path in ("__init__.py", "db.py", "sub/app.py")] == [
        *("outer.app", "outer.app.db", "outer.app.sub.app"),
    ]


def test_a_folder_that_no_import_can_name_is_no_package(tmp_path: Path) -> None:
    for folder in ("my-project", "my-project/app", "my-project/app/sub"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "__init__.py").touch()
    assert Root.of(tmp_path / "my-project/app/sub").package == "app.sub"
    assert Root.of(tmp_path / "my-project").package == ""
    assert Root.of(tmp_path).package == ""
