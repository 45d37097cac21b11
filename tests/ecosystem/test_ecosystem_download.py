"""Strangers' archives are unpacked without letting anything out of the folder."""

from pathlib import Path
from zipfile import ZipFile

import pytest

from ecosystem.download import pip_command, unpack
from ecosystem.packages import Package, Pins, read_pins
from ecosystem.toml import read_toml

METADATA = """\
Name: demo
Version: 1.0
Requires-Python: >=3.10
Requires-Dist: sqlalchemy>=2
Requires-Dist: asyncpg; extra == "postgres"

Requires-Dist: not a header
"""


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / "demo-1.0-py3-none-any.whl"
    with ZipFile(path, "w") as archive:
        archive.writestr("demo-1.0.dist-info/METADATA", METADATA)
        for name in ("demo/ok.py", "demo/stub.pyi", "demo/data.bin", "../out.py", "/abs.py", "a\\..\\..\\out.py", "C:/drive.py"):
            archive.writestr(name, "x = 1\n")
    return path


def test_only_python_files_inside_the_folder_are_unpacked(wheel: Path, tmp_path: Path) -> None:
    tree = tmp_path / "src" / "demo-1.0"
    unpack(wheel, tree)
    written = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file() and path != wheel)
    assert written == [f"src/demo-1.0/{name}" for name in ("demo/ok.py", "demo/stub.pyi", "pyproject.toml")]


def test_the_unpacked_package_says_what_it_runs_on(wheel: Path, tmp_path: Path) -> None:
    unpack(wheel, tmp_path / "tree")
    document = read_toml(tmp_path / "tree" / "pyproject.toml")
    expected = {"name": "demo", "version": "1.0", "requires-python": ">=3.10", "dependencies": ["sqlalchemy>=2"]}
    assert document == {"project": expected}


def test_pip_never_gets_to_build_anything() -> None:
    command = pip_command(Pins("3.12", ()), Path("requirements.txt"))
    assert {"--only-binary=:all:", "--require-hashes", "--no-deps"} <= set(command)


def test_the_pinned_list_holds_at_least_ten_packages_each_once() -> None:
    packages = read_pins().packages
    assert len({package.name for package in packages}) == len(packages) >= 10
    assert all(len(package.sha256) == 64 for package in packages)


def test_a_wheel_is_known_by_its_escaped_name() -> None:
    assert Package("fastapi-users", "15.0.5", "").wheel_prefix == "fastapi_users-15.0.5-"
