import os
from pathlib import Path

import pytest

from sessionlint.run.files.user_state import journal_of

pytestmark = pytest.mark.skipif(os.name == "nt", reason="no locks, and so no journal")


def test_the_journal_lies_in_the_users_own_folder_one_for_each_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    one, other = journal_of(Path("/projects/one")), journal_of(Path("/projects/other"))
    assert one is not None
    assert other is not None
    assert one.folder == other.folder == tmp_path / "sessionlint"
    assert one.name != other.name


@pytest.mark.parametrize("given", ["", "relative/folder"])
def test_a_folder_that_is_not_given_whole_is_the_platforms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", given)
    monkeypatch.setenv("HOME", str(tmp_path))
    journal = journal_of(Path("/projects/one"))
    assert journal is not None
    assert journal.folder.is_relative_to(tmp_path)


def test_a_folder_in_the_project_is_nobodys_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkout could have brought it; and a link that leads there is no better."""
    (tmp_path / "project/state").mkdir(parents=True)
    (tmp_path / "link").symlink_to("project/state")
    for home in (tmp_path / "project/state", tmp_path / "link"):
        monkeypatch.setenv("XDG_STATE_HOME", str(home))
        assert journal_of(tmp_path / "project") is None


def test_without_a_home_there_is_no_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "")
    monkeypatch.setenv("HOME", "nowhere")
    assert journal_of(Path("/projects/one")) is None
