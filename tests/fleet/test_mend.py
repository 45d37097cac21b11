"""One repository's fixes: against what was analysed, checked, and never written to where it lies."""

import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from fleet.trees import DB, commit, git
from sessionlint import __version__
from sessionlint.fleet.asked import Asked
from sessionlint.fleet.attempt import attempt, end_seeds
from sessionlint.fleet.commit import commit_of
from sessionlint.fleet.examine import examined
from sessionlint.fleet.mend import Mend, MendError, mended
from sessionlint.fleet.patch import patch_of
from sessionlint.fleet.record import Key, Target
from sessionlint.fleet.task import Limits, Task
from sessionlint.run.request import FixLevel

FIXABLE = """\
from db import SessionLocal


def load(key):
    session = SessionLocal()
    found = session.get(int, key)
    session.close()
    return found


def keep(key):
    session = SessionLocal()
    return session.get(int, key)
"""
ASKED = Asked()


class House:
    """A project in ``folder``, as a fleet has seen it."""

    def __init__(self, room: Path, text: str, name: str = "use.py") -> None:
        self.folder = room / "src"
        self._room = room
        self._number = 0
        self.folder.mkdir()
        (self.folder / "db.py").write_text(DB)
        (self.folder / name).write_text(text, newline="")

    def look(self) -> None:
        self.commit = commit_of(self.folder, ASKED.request(self.folder, self.fresh()))
        self.findings = examined(Key("r", self.commit, "1", "c"), self.folder, ASKED, self.fresh()).findings

    def mend(self, level: FixLevel = "safe", source: str = "", revision: str = "", **more: Any) -> Mapping[str, Any]:
        codes = more.pop("codes", tuple(finding["code"] for finding in self.findings))
        told = {"commit": self.commit, "fingerprints": tuple(finding["fingerprint"] for finding in self.findings), **more}
        target = Target("r", source or str(self.folder), revision)
        return mended(target, Mend(level=level, codes=codes, **told), ASKED, self.fresh(), self.fresh())

    def fresh(self) -> Path:
        self._number += 1
        folder = self._room / f"room-{self._number}"
        folder.mkdir()
        return folder

    def state(self) -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in sorted(self.folder.rglob("*")) if path.is_file()}


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.chdir(tmp_path)
    made = House(tmp_path, FIXABLE)
    made.look()
    return made


def _repository(house: House) -> str:
    git(house.folder, "init", "--quiet")
    made = commit(house.folder)
    house.look()
    assert house.commit == made
    return made


def _codes(told: Mapping[str, Any], key: str) -> list[str]:
    return [finding["code"] for finding in told[key]]


def test_safe_fixes_are_made_and_nothing_else(house: House) -> None:
    before = house.state()
    told = house.mend()
    assert (_codes(told, "fixed"), _codes(told, "left"), told["errors"]) == (["SES302"], ["SES301"], ())
    assert house.state() == before
    assert "+    with SessionLocal() as session:\n" in told["patch"]


def test_unsafe_fixes_have_to_be_asked_for(house: House) -> None:
    told = house.mend("unsafe")
    assert (_codes(told, "fixed"), _codes(told, "left")) == (["SES302", "SES301"], [])
    assert "  * use.py:5: open the session in a `with` block\n" in told["patch"]
    assert "  * use.py:12: open the session in a `with` block (unsafe)\n" in told["patch"]
    told = house.mend("unsafe", codes=("SES301",))
    assert (_codes(told, "fixed"), _codes(told, "left")) == (["SES301"], ["SES302"])


def test_line_ends_and_encodings_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    house = House(tmp_path, FIXABLE.replace("\n", "\r\n"))
    old = "# coding: latin-1\n" + FIXABLE.replace("found\n", "found  # \xe9\n")
    (house.folder / "old.py").write_bytes(old.encode("latin-1"))
    house.look()
    told = house.mend()
    assert _codes(told, "fixed") == ["SES302", "SES302"]
    assert "+    with SessionLocal() as session:\r\n" in told["patch"]
    assert "     return found  # \xe9\n" in told["patch"]


def test_the_commit_is_fetched_whatever_came_since(house: House) -> None:
    made = _repository(house)
    first = house.mend()
    assert first["patch"].startswith(f"From {made} ")
    (house.folder / "use.py").write_text("")
    commit(house.folder)
    assert house.mend()["patch"] == first["patch"]
    elsewhere = house.mend(source=f"file://{house.folder}")
    assert elsewhere["patch"] == first["patch"]
    assert house.mend(revision="main")["patch"] == first["patch"]


def test_a_commit_that_is_gone_is_told(house: House) -> None:
    _repository(house)
    (house.folder / "use.py").write_text("")
    git(house.folder, "commit", "--quiet", "--all", "--amend", "--message", "other")
    git(house.folder, "reflog", "expire", "--expire=now", "--all")
    git(house.folder, "gc", "--quiet", "--prune=now")
    with pytest.raises(MendError, match="the repository has moved on since it was analysed"):
        house.mend()


@pytest.mark.parametrize("is_repository", [False, True])
def test_files_that_have_changed_are_left_alone(house: House, is_repository: bool) -> None:
    if is_repository:
        _repository(house)
    (house.folder / "use.py").write_text(FIXABLE + "\n\nx = 1\n")
    if is_repository:
        house.look()  # what is no commit is known by its files
        (house.folder / "use.py").write_text(FIXABLE + "\n\nx = 2\n")
    with pytest.raises(MendError, match="its files have changed since it was analysed"):
        house.mend()


def test_a_folder_that_is_no_commit_is_told_by_its_files(house: House) -> None:
    _repository(house)
    (house.folder / "use.py").write_text(FIXABLE + "\n\nx = 1\n")
    house.look()
    assert "+" in house.commit
    assert _codes(house.mend(), "fixed") == ["SES302"]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"version": "0.0"}, f"it was analysed by sessionlint 0.0, and this is {__version__}"),
        ({"fingerprints": ("other",)}, "its files are not what was analysed"),
        ({"codes": ("SES999",)}, "no fix could be made"),
        ({"source": "/nowhere/at/all"}, "no such folder"),
    ],
)
def test_where_there_is_no_patch_it_is_told_why(house: House, more: dict[str, Any], reason: str) -> None:
    with pytest.raises(MendError, match=reason):
        house.mend(**more)


def test_a_patch_that_git_makes_something_else_of_is_none(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    other = lambda *given: patch_of(*given).replace(b"+    with ", b"+    With ")  # noqa: E731
    monkeypatch.setattr("sessionlint.fleet.mend.patch_of", other)
    with pytest.raises(MendError, match="git makes something else of the patch"):
        house.mend()


def test_what_somebody_has_set_for_all_repositories_changes_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = house.mend()["patch"]
    home = house.fresh()
    (home / "attributes").write_text("*.py filter=evil text eol=crlf\n")
    evil = f'[core]\n\tautocrlf = true\n\tattributesFile = {home}/attributes\n[filter "evil"]\n\tclean = touch {home}/ran\n'
    (home / ".gitconfig").write_text(evil + f"\tsmudge = touch {home}/ran\n[apply]\n\twhitespace = error\n")
    monkeypatch.setenv("HOME", str(home))
    assert house.mend()["patch"] == expected
    assert not (home / "ran").exists()


def test_a_fix_has_the_limits_of_a_check() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        target = Target("r", f"git://127.0.0.1:{silent.getsockname()[1]}/shop")
        mend = Mend("c" * 40, "safe", ("SES301",), ())
        told = attempt(Task(target, ASKED, Limits(1.0, 0, 1), {}, {}, mend=mend).data())
        end_seeds()
    assert (told.status, told.reason, told.mended) == ("timed-out", "more than 1 s", None)


@pytest.mark.skipif(os.name == "nt", reason="names that only POSIX has")
def test_names_steer_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    house = House(tmp_path, FIXABLE, "\x1b]0;x\x07 a\n---\n::error::use.py")
    house.look()
    patch = house.mend()["patch"]
    assert not {"\x1b", "\x07"} & {*patch}
    assert patch.count("\n---\n") == 1
