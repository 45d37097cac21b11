"""Patches as git takes them, whatever the files are called and hold."""

import os
import subprocess
from pathlib import Path

import pytest

from fleet.trees import git
from sessionlint.fleet.patch import Changed, patch_of

pytestmark = pytest.mark.skipif(os.name == "nt", reason="names that only POSIX has")
CASES = {
    "plain": Changed("a.py", b"a\nb\nc\n", b"a\nB\nc\n"),
    "a blank and quotes": Changed('src/a "b"\\c\t\u00e9.py', b"a\n", b"b\n"),
    "a line end in its name": Changed("a\nb.py", b"a\n", b"b\n"),
    "only a blank": Changed("a b.py", b"a\n", b"b\n"),
    "no bytes of text": Changed("na\udcffme.py", b"\xe9\n", b"\xe9\xff\n"),
    "line ends of Windows": Changed("a.py", b"a\r\nb\r\n", b"a\r\nB\r\nc\r\n"),
    "line ends of long ago": Changed("a.py", b"a\rb\nc", b"a\rB\nc"),
    "no line end at the end": Changed("a.py", b"a\nb", b"a\nb\nc"),
    "a line end at the end": Changed("a.py", b"a\nb", b"a\nb\n"),
    "form feeds": Changed("a.py", b"a\x0c\nb\x0b\x1c\xc2\x85\n", b"A\x0c\nb\x0b\x1c\xc2\x85\n"),
    "what looks like a patch": Changed(
        "a.py", b"-- \n--- a\n+++ b\n@@ -1 +1 @@\nFrom x\n", b"-- \n--- a\n+++ c\n@@ -1 +1 @@\nFrom x\n"
    ),
    "far apart": Changed("a.py", b"x\n" + b"y\n" * 50 + b"x\n", b"z\n" + b"y\n" * 50 + b"z\n"),
}
HOSTILE = (
    "From 0000 Mon Sep 17 00:00:00 2001",
    "---",
    "diff --git a/x b/x",
    "Index: x",
    "\x1b[31m\u202e",
    "a\n---\ndiff --git a/z b/z",
)


@pytest.fixture(params=CASES)
def change(request: pytest.FixtureRequest, tmp_path: Path) -> Changed:
    """One of them, in a repository in ``tmp_path``."""
    change = CASES[request.param]
    file = tmp_path / change.path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(change.before)
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "first")
    return change


def _given(folder: Path, patch: bytes, *arguments: str) -> None:
    names = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *names, "-C", str(folder), *arguments], input=patch, check=True, capture_output=True)


def test_git_applies_it(change: Changed, tmp_path: Path) -> None:
    patch = patch_of([change], git(tmp_path, "rev-parse", "HEAD"), "Fix it", ["Because."])
    _given(tmp_path, patch, "apply", "--whitespace=nowarn")
    assert (tmp_path / change.path).read_bytes() == change.after


def test_git_makes_a_commit_of_it(change: Changed, tmp_path: Path) -> None:
    patch = patch_of([change], git(tmp_path, "rev-parse", "HEAD"), "Fix \u00e9\nit", ["Because.", "", *HOSTILE, "At last."])
    _given(tmp_path, patch, "am", "--keep-cr", "--quiet")
    assert (tmp_path / change.path).read_bytes() == change.after
    assert git(tmp_path, "log", "-1", "--format=%an <%ae>|%s") == "sessionlint <sessionlint@localhost>|Fix \\xe9 it"
    assert git(tmp_path, "log", "-1", "--format=%b").startswith("Because.\n")
    assert git(tmp_path, "log", "-1", "--format=%b").endswith("At last.")
    assert git(tmp_path, "rev-list", "--count", "HEAD") == "2"


def test_several_files_are_one_patch(tmp_path: Path) -> None:
    changes = [Changed(f"{name}.py", b"a\n", b"b\n") for name in "xy"]
    for each in changes:
        (tmp_path / each.path).write_bytes(each.before)
    git(tmp_path, "init", "--quiet")
    _given(tmp_path, patch_of(changes, "tree:c0ffee", "Fix it", []), "apply")
    assert {file.read_text() for file in tmp_path.glob("*.py")} == {"b\n"}


def test_it_is_the_same_each_time() -> None:
    first, second = (patch_of([CASES["plain"]], "c" * 40, "Fix it", ["Because."]) for _ in range(2))
    assert first == second
    assert first.startswith(b"From " + b"c" * 40 + b" Mon Sep 17 00:00:00 2001\nFrom: ")
    assert first.endswith(b"\nbase-commit: " + b"c" * 40 + b"\n")
