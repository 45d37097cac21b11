import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sessionlint.run.discovery.discovery import Scope, discover, real_paths
from sessionlint.run.discovery.roots import Root
from sessionlint.run.errors import UsageError
from sessionlint.run.settings.settings import Settings


def _write(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()


def _files(root: Path, *paths: str, settings: Settings | None = None, warnings: list[str] | None = None) -> list[str]:
    warn: Callable[[str], None] = warnings.append if warnings is not None else pytest.fail
    given = real_paths([str(root / path) for path in paths or (".",)])
    return discover(Root.of(root.resolve()), given, settings or Settings(), warn)[0]


def test_python_files_and_stubs_are_found_and_the_usual_folders_left_out(tmp_path: Path) -> None:
    _write(tmp_path, "a.py", "b.pyi", "c.txt", "sub/d e{f}.py", "sub/ü.py", ".venv/x.py", "node_modules/y.py", "sub/dist/z.py")
    assert _files(tmp_path) == ["a.py", "b.pyi", "sub/d e{f}.py", "sub/ü.py"]


def test_the_whole_project_is_found_whatever_part_of_it_is_asked_for(tmp_path: Path) -> None:
    _write(tmp_path, "app/a.py", "lib/b.py")
    files, scope = discover(Root.of(tmp_path), [tmp_path / "app"], Settings(), pytest.fail)
    assert files == ["app/a.py", "lib/b.py"]
    assert "app/a.py" in scope
    assert "lib/b.py" not in scope
    assert "application/a.py" not in scope


def test_nested_gitignore_files_and_negations_count_and_an_ignored_folder_is_not_entered(tmp_path: Path) -> None:
    _write(tmp_path, "a.py", "gen_a.py", "sub/gen_keep.py", "sub/gen_b.py", "sub/c.py", "out/kept.py", "sub/deep/c.py")
    (tmp_path / ".gitignore").write_text("# generated\ngen_*.py\nout/\n!out/kept.py\n/c.py\n")
    (tmp_path / "sub/.gitignore").write_text("!gen_keep.py\n/c.py\n")
    assert _files(tmp_path) == ["a.py", "sub/deep/c.py", "sub/gen_keep.py"]


def test_gitignore_files_above_the_root_and_info_exclude_count(tmp_path: Path) -> None:
    _write(tmp_path, "project/a.py", "project/b.py", "project/c.py", ".git/info/exclude")
    (tmp_path / ".gitignore").write_text("b.py\n")
    (tmp_path / ".git/info/exclude").write_text("c.py\n")
    assert _files(tmp_path / "project") == ["a.py"]


def test_info_exclude_of_a_linked_work_tree_lies_in_the_main_one(tmp_path: Path) -> None:
    _write(tmp_path, "main/.git/info/exclude", "main/.git/worktrees/w/commondir", "w/a.py", "w/b.py")
    (tmp_path / "main/.git/worktrees/w/commondir").write_text("../..\n")
    (tmp_path / "main/.git/info/exclude").write_text("b.py\n")
    (tmp_path / "w/.git").write_text(f"gitdir: {tmp_path}/main/.git/worktrees/w\n")
    assert _files(tmp_path / "w") == ["a.py"]


def test_gitignore_is_passed_over_on_request_and_bad_patterns_in_it_always(tmp_path: Path) -> None:
    _write(tmp_path, "a.py", "b.py")
    (tmp_path / ".gitignore").write_text("b.py\n!\n")
    assert _files(tmp_path) == ["a.py"]
    assert _files(tmp_path, settings=Settings(respect_gitignore=False)) == ["a.py", "b.py"]


def test_patterns_exclude_by_name_and_by_path(tmp_path: Path) -> None:
    _write(tmp_path, "a.py", "legacy/b.py", "app/legacy/c.py", "app/d.py", "dist/e.py")
    assert _files(tmp_path, settings=Settings(extend_exclude=("legacy",))) == ["a.py", "app/d.py"]
    assert _files(tmp_path, settings=Settings(extend_exclude=("app/legacy",))) == ["a.py", "app/d.py", "legacy/b.py"]
    assert "dist/e.py" in _files(tmp_path, settings=Settings(exclude=()))


def test_what_is_given_by_name_is_checked_even_when_excluded_or_no_python_file(tmp_path: Path) -> None:
    _write(tmp_path, "a.py", "dist/b.py", "script", "ignored.py")
    (tmp_path / ".gitignore").write_text("ignored.py\n")
    assert _files(tmp_path, "dist/b.py", "script", "ignored.py") == ["a.py", "dist/b.py", "ignored.py", "script"]
    assert _files(tmp_path, "dist") == ["a.py", "dist/b.py"]


def test_force_exclude_leaves_out_excluded_and_gitignored_files_given_by_name(tmp_path: Path) -> None:
    _write(tmp_path, "a.py", "dist/b.py", "gen/ignored.py")
    (tmp_path / ".gitignore").write_text("gen\n")
    given = real_paths([str(tmp_path / name) for name in ("a.py", "dist/b.py", "gen/ignored.py")])
    files, scope = discover(Root.of(tmp_path), given, Settings(force_exclude=True), pytest.fail)
    assert files == ["a.py"]
    assert scope == Scope(frozenset({"a.py"}), ())


def test_loose_files_in_a_shared_folder_are_checked_alone(tmp_path: Path) -> None:
    _write(tmp_path, "a.py", "b.py")
    files, _ = discover(Root(tmp_path), [tmp_path / "a.py"], Settings(), pytest.fail)
    assert files == ["a.py"]


def test_a_symlinked_file_is_found_once_and_a_loop_of_symlinks_is_not_followed(tmp_path: Path) -> None:
    _write(tmp_path, "z/real.py", "outside.py")
    _write(tmp_path / "project", "z/real.py")
    (tmp_path / "project/a_link.py").symlink_to("z/real.py")
    (tmp_path / "project/far.py").symlink_to("../outside.py")
    (tmp_path / "project/z/loop").symlink_to("..", target_is_directory=True)
    assert _files(tmp_path / "project") == ["far.py", "z/real.py"]
    assert _files(tmp_path / "project", "a_link.py") == ["far.py", "z/real.py"]


def test_symlinks_to_nowhere_are_warned_of_and_the_rest_goes_on(tmp_path: Path) -> None:
    _write(tmp_path, "a.py")
    (tmp_path / "gone.py").symlink_to("nowhere.py")
    (tmp_path / "self.py").symlink_to("self.py")
    warnings: list[str] = []
    assert _files(tmp_path, warnings=warnings) == ["a.py"]
    assert warnings == ["gone.py: skipped, a symlink to nowhere", "self.py: skipped, a symlink to nowhere"]


def test_a_folder_that_cannot_be_read_is_warned_of_and_the_rest_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(tmp_path, "a.py", "closed/b.py")
    scandir = os.scandir

    def refusing(path: str) -> object:
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    warnings: list[str] = []
    assert _files(tmp_path, warnings=warnings) == ["a.py"]
    assert warnings == ["closed: cannot read the folder: Permission denied"]


@pytest.mark.skipif(os.name == "nt" or os.getuid() == 0, reason="the superuser may read everything")
def test_a_folder_without_permission_is_warned_of(tmp_path: Path) -> None:
    _write(tmp_path, "a.py", "closed/b.py")
    (tmp_path / "closed").chmod(0)
    warnings: list[str] = []
    try:
        assert _files(tmp_path, warnings=warnings) == ["a.py"]
    finally:
        (tmp_path / "closed").chmod(0o755)
    assert len(warnings) == 1


def test_a_missing_path_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file or folder"):
        real_paths([str(tmp_path / "nope.py")])


def test_an_ignored_folder_given_by_name_is_checked(tmp_path: Path) -> None:
    _write(tmp_path, "gen/a.py", "gen/b.py")
    (tmp_path / ".gitignore").write_text("gen/\n")
    (tmp_path / "gen/.gitignore").write_text("b.py\n")
    assert _files(tmp_path, "gen") == ["gen/a.py"]
