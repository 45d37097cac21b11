"""At which commit a folder is; what git fetches, and what it does not run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fleet.trees import commit, git, repository, tree
from sessionlint.fleet.asked import Asked
from sessionlint.fleet.checkout import fetch, found
from sessionlint.fleet.commit import commit_of
from sessionlint.fleet.record import Target
from sessionlint.run.errors import UsageError
from sessionlint.run.revision.git import Git, GitError


def _commit_of(folder: Path) -> str:
    return commit_of(folder, Asked().request(folder, folder))


def test_a_clean_clone_is_at_its_commit(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    head = repository(folder)
    (folder / "notes.md").write_text("not looked at")
    assert _commit_of(folder) == head


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("use.py", "x = 1\n"),
        ("new.py", ""),
        ("sessionlint.toml", 'ignore = ["SES301"]\n'),
        ("requirements.txt", "sqlalchemy==1.4\n"),
        ("db.py", None),
    ],
)
def test_a_clone_that_is_not_is_at_something_else(tmp_path: Path, file: str, text: str | None) -> None:
    folder = tmp_path / "shop"
    tree(folder)
    (folder / "requirements.txt").write_text("sqlalchemy==2.0\n")
    git(folder, "init", "--quiet")
    head = commit(folder)
    if text is None:
        (folder / file).unlink()
    else:
        (folder / file).write_text(text)
    changed = _commit_of(folder)
    assert changed.startswith(f"{head}+")
    assert changed == _commit_of(folder)


def test_a_folder_without_git_is_known_by_what_is_read_of_it(tmp_path: Path) -> None:
    one, other = tree(tmp_path / "one"), tree(tmp_path / "other")
    before = _commit_of(one)
    assert before.startswith("tree:")
    assert _commit_of(other) == before
    (one / "notes.md").write_text("not looked at")
    assert _commit_of(one) == before
    (other / "use.py").write_text("x = 1\n")
    (one / "sessionlint.toml").write_text('ignore = ["SES301"]\nsession-factories = ["a:b", "c:d"]\n')
    assert len({before, _commit_of(one), _commit_of(other)}) == 3


def test_it_is_the_same_in_every_process(tmp_path: Path) -> None:
    folder = tree(tmp_path / "shop")
    (folder / "sessionlint.toml").write_text('select = ["SES1", "SES3"]\nper-file-ignores = {"a" = ["SES301"], "b" = ["SES1"]}\n')
    code = "import sys; from fleet.test_checkout import _commit_of, Path; print(_commit_of(Path(sys.argv[1])))"
    told = {
        subprocess.run(
            [sys.executable, "-c", code, str(folder)],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert told == {f"{_commit_of(folder)}\n"}


def test_a_configuration_that_cannot_be_read_is_a_commit_too(tmp_path: Path) -> None:
    folder = tree(tmp_path / "shop")
    (folder / "sessionlint.toml").write_text("select = 3\n")
    assert _commit_of(folder).startswith("tree:")


# --- elsewhere --------------------------------------------------------------------------------------------------------


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    folder = tmp_path / "origin"
    repository(folder)
    return folder


def _fetched(origin: Path, folder: Path, revision: str = "") -> str:
    folder.mkdir()
    target = Target("shop", origin.as_uri(), revision)
    remote = found(target, folder)
    fetch(target, remote, folder)
    return remote.commit


def test_what_is_fetched_is_what_is_there(origin: Path, tmp_path: Path) -> None:
    (origin / "use.py").write_text("x = 1\n")
    second = commit(origin)
    copy = tmp_path / "copy"
    assert _fetched(origin, copy) == second
    assert sorted(path.name for path in copy.iterdir()) == [".git", "db.py", "use.py"]
    assert (copy / "use.py").read_bytes() == b"x = 1\n"
    assert _commit_of(copy) == second
    assert git(copy, "rev-list", "--count", "HEAD") == "1"


def test_a_revision_is_a_branch_a_tag_or_a_commit(origin: Path, tmp_path: Path) -> None:
    first = git(origin, "rev-parse", "HEAD")
    git(origin, "tag", "--annotate", "--message", "one", "v1")
    git(origin, "branch", "feature/main")
    git(origin, "config", "uploadpack.allowAnySHA1InWant", "true")
    second = commit(origin)
    found_at = {name: _fetched(origin, tmp_path / str(at), name) for at, name in enumerate(("v1", "feature/main", "main", first))}
    assert found_at == {"v1": first, "feature/main": first, "main": second, first: first}
    with pytest.raises(GitError, match="no revision v2"):
        _fetched(origin, tmp_path / "none", "v2")


def test_nothing_that_a_repository_names_is_run_or_followed(
    origin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A filter that the user has configured, a hook of a template, a link, a submodule."""
    ran = tmp_path / "ran"
    template = tmp_path / "template" / "hooks"
    template.mkdir(parents=True)
    for hook in ("post-checkout", "reference-transaction", "post-index-change"):
        (template / hook).write_text(f"#!/bin/sh\ntouch {ran}\n")
        (template / hook).chmod(0o755)
    user = tmp_path / "config"
    user.write_text(
        f'[filter "lfs"]\n\tsmudge = touch {ran}; cat\n\tprocess = touch {ran}\n[init]\n\ttemplateDir = {template.parent}\n'
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(user))
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".gitconfig").write_text(user.read_text())
    (origin / ".gitattributes").write_text("*.py filter=lfs\n")
    (origin / "link.py").symlink_to("/etc/passwd")
    (origin / ".gitmodules").write_text(f'[submodule "x"]\n\tpath = x\n\turl = {origin}\n')
    git(origin, "update-index", "--add", "--cacheinfo", f"160000,{git(origin, 'rev-parse', 'HEAD')},x")
    commit(origin)
    copy = tmp_path / "copy"
    _fetched(origin, copy)
    assert not ran.exists()
    assert sorted(path.name for path in copy.iterdir()) == [".git", "db.py", "use.py"]


@pytest.mark.parametrize("source", ["evil://host/x", "ext::touch RAN"])
def test_a_transport_that_names_a_program_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    ran, helper = tmp_path / "ran", tmp_path / "bin" / "git-remote-evil"
    helper.parent.mkdir()
    helper.write_text(f"#!/bin/sh\ntouch {ran}\n")
    helper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{helper.parent}{os.pathsep}{os.environ['PATH']}")
    (tmp_path / "room").mkdir()
    git = Git.fetching(tmp_path / "room")
    git.data("init", "--quiet")
    with pytest.raises(GitError, match=f"transport '{source[:3]}[il]*' not allowed"):
        git.data("ls-remote", "--", source.replace("RAN", str(ran)))
    assert not ran.exists()


def test_a_password_is_in_no_message(tmp_path: Path) -> None:
    (tmp_path / "room").mkdir()
    with pytest.raises(GitError) as told:
        found(Target("x", "http://me:secret@127.0.0.1:9/x"), tmp_path / "room")
    assert "secret" not in str(told.value)


def test_files_of_configuration_go_along_by_their_text(tmp_path: Path) -> None:
    options = {"config": (str(tmp_path / "all.toml"), "fail-on='info'"), "isolated": False, "no_baseline": True}
    with pytest.raises(UsageError, match="No such file"):
        Asked.of(options)
    (tmp_path / "all.toml").write_text('select = ["SES3"]\n')
    asked = Asked.of({**options, "select": ["SES301"]})
    assert Asked.decoded(asked.data()) == asked
    (tmp_path / "aside").mkdir()
    request = asked.request(tmp_path, tmp_path / "aside")
    assert Path(request.config[0]).read_text() == 'select = ["SES3"]\n'
    assert request.config[1] == "fail-on='info'"
    (tmp_path / "all.toml").write_text('select = ["SES1"]\n')
    assert Asked.of({**options, "select": ["SES301"]}).digest != asked.digest
