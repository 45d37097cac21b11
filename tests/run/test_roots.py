from pathlib import Path

import pytest

from sessionlint.run.discovery.roots import Root, find_root
from sessionlint.run.errors import UsageError


def _write(path: Path, text: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path.resolve()


def test_the_nearest_configuration_names_the_root(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    _write(tmp_path / "sessionlint.toml")
    config = _write(tmp_path / "back/pyproject.toml", "[tool.sessionlint]\n")
    file = _write(tmp_path / "back/app/a.py")
    assert find_root([file]) == Root.of(tmp_path / "back", config)
    assert find_root([file], isolated=True) == Root.of(tmp_path)


def test_without_configuration_the_git_root_is_the_root_and_nothing_above_counts(tmp_path: Path) -> None:
    _write(tmp_path / "sessionlint.toml")
    file = _write(tmp_path / "repo/app/a.py")
    (tmp_path / "repo/.git").mkdir()
    assert find_root([file]) == Root.of(tmp_path / "repo")


def test_without_either_the_common_parent_is_the_root(tmp_path: Path) -> None:
    one, other = _write(tmp_path / "p/app/a.py"), _write(tmp_path / "p/lib/b.py")
    assert find_root([one, other]) == Root.of(tmp_path / "p")
    assert find_root([one]) == Root.of(tmp_path / "p/app")
    _write(tmp_path / "p/app/__init__.py")
    assert find_root([one]) == Root.of(tmp_path / "p")
    assert find_root([tmp_path / "p"]) == Root.of(tmp_path / "p")


@pytest.mark.parametrize(("name", "beside"), [("my-shop", "README.md"), ("shop", "requirements.txt"), ("shop", "setup.py")])
def test_a_project_with_an_init_is_not_a_package_of_the_folder_around_it(tmp_path: Path, name: str, beside: str) -> None:
    folder = tmp_path / name
    _write(folder / "__init__.py")
    _write(folder / beside)
    file = _write(folder / "app/a.py")
    _write(folder / "app/__init__.py")
    assert find_root([folder]) == find_root([file]) == Root.of(folder)


def test_a_loose_file_at_home_does_not_make_the_home_folder_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    file = _write(tmp_path / "a.py")
    assert find_root([file]) == Root(tmp_path)
    assert find_root([tmp_path]) == Root.of(tmp_path)
    package = _write(tmp_path / "pkg/__init__.py").parent
    assert find_root([package]) == Root(tmp_path, part=package)


def test_a_chosen_root_must_be_a_folder_around_the_paths(tmp_path: Path) -> None:
    file = _write(tmp_path / "p/a.py")
    (tmp_path / "q").mkdir()
    assert find_root([file], chosen=tmp_path) == Root.of(tmp_path)
    with pytest.raises(UsageError, match="outside the project root"):
        find_root([file], chosen=tmp_path / "q")
    with pytest.raises(UsageError, match="no such folder"):
        find_root([file], chosen=tmp_path / "r")
