import errno
import json
import os
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from sessionlint.edits import journal
from sessionlint.edits.write import Change, NotWritten, write_files
from sessionlint.model.source import Source


def change(root: Path, path: str, before: str, after: str, encoding: str = "utf-8", *, bom: bool = False) -> Change:
    """A change of a file that is created here as it was analysed."""
    source = Source(path, before, encoding, bom)
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_bytes(source.encode(before))
    return Change(source, after)


def contents(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def test_encoding_byte_order_mark_and_newlines_stay(tmp_path: Path) -> None:
    changes = [
        change(tmp_path, "sub/a.py", "a = 'ä'\r\n", "a = 'ö'\r\n", "latin-1"),
        change(tmp_path, "b.py", "b\r", "ß\r", bom=True),
    ]
    write_files(tmp_path, changes)
    assert contents(tmp_path) == {"b.py": b"\xef\xbb\xbf\xc3\x9f\r", "sub/a.py": b"a = '\xf6'\r\n"}


def test_the_mode_stays(tmp_path: Path) -> None:
    one = change(tmp_path, "a.py", "a", "b")
    (tmp_path / "a.py").chmod(0o751)
    write_files(tmp_path, [one])
    assert stat.S_IMODE((tmp_path / "a.py").stat().st_mode) == 0o751


def test_a_symlink_stays_and_its_target_is_written(tmp_path: Path) -> None:
    change(tmp_path, "real/a.py", "a", "b")
    (tmp_path / "link.py").symlink_to("real/a.py")
    write_files(tmp_path, [Change(Source("link.py", "a"), "b")])
    assert (tmp_path / "link.py").is_symlink()
    assert (tmp_path / "real/a.py").read_text() == "b"


def test_a_file_that_changed_since_is_left_alone_and_so_are_the_others(tmp_path: Path) -> None:
    changes = [change(tmp_path, "a.py", "a", "A"), change(tmp_path, "b.py", "b", "B")]
    (tmp_path / "b.py").write_text("edited")
    with pytest.raises(NotWritten, match=r"b\.py: changed since it was read") as caught:
        write_files(tmp_path, changes)
    assert caught.value.reasons == {"b.py": "changed since it was read"}
    assert contents(tmp_path) == {"a.py": b"a", "b.py": b"edited"}


def test_a_file_that_is_gone_is_not_made_anew(tmp_path: Path) -> None:
    with pytest.raises(NotWritten, match="it is gone"):
        write_files(tmp_path, [Change(Source("a.py", "a"), "b")])
    assert contents(tmp_path) == {}


def test_a_read_only_file_is_left_alone(tmp_path: Path) -> None:
    one = change(tmp_path, "a.py", "a", "b")
    (tmp_path / "a.py").chmod(0o444)
    with pytest.raises(NotWritten, match="read-only"):
        write_files(tmp_path, [one])
    assert contents(tmp_path) == {"a.py": b"a"}


def test_a_text_that_the_encoding_cannot_hold_is_not_written(tmp_path: Path) -> None:
    one = change(tmp_path, "a.py", "a", "a€b", "latin-1")
    with pytest.raises(NotWritten, match="its encoding, latin-1, cannot hold '€'"):
        write_files(tmp_path, [one])
    assert contents(tmp_path) == {"a.py": b"a"}


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = change(tmp_path, "a.py", "a", "b")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NotWritten, match=r"a\.py: disk full"):
        write_files(tmp_path, [one])
    assert contents(tmp_path) == {"a.py": b"a"}


class Failing:
    """Stands in for a function of ``os``: the ``at``-th call (from 1), and with ``ever`` each after it, fails."""

    def __init__(self, name: str, at: int, failure: BaseException, *, ever: bool = False) -> None:
        self._real, self._at, self._failure, self._ever, self.calls = getattr(os, name), at, failure, ever, 0

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        self.calls += 1
        if self.calls == self._at or (self._ever and self.calls > self._at):
            raise self._failure
        return self._real(*arguments, **named)


FAILURES = [
    (PermissionError(errno.EACCES, ""), NotWritten),
    (OSError(errno.ENOSPC, ""), NotWritten),
    (KeyboardInterrupt(), KeyboardInterrupt),
]


@pytest.mark.parametrize("at", range(1, 9))
@pytest.mark.parametrize("function", ["replace", "fsync", "open", "link"])
@pytest.mark.parametrize(("failure", "raised"), FAILURES)
def test_whichever_step_fails_all_files_are_old_or_all_are_new(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    function: str,
    at: int,
    failure: BaseException,
    raised: type[BaseException],
) -> None:
    changes = [change(tmp_path, f"{name}.py", name, name.upper()) for name in "abc"]
    (tmp_path / "a.py").chmod(0o640)
    with monkeypatch.context() as patched:
        patched.setattr(os, function, Failing(function, at, failure))
        try:
            write_files(tmp_path, changes)
            new = True
        except raised:
            new = False
    expected = {f"{name}.py": (name.upper() if new else name).encode() for name in "abc"}
    assert contents(tmp_path) == expected
    assert stat.S_IMODE((tmp_path / "a.py").stat().st_mode) == 0o640
    write_files(tmp_path, changes)
    assert contents(tmp_path) == {f"{name}.py": name.upper().encode() for name in "abc"}


def test_every_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    changes = [change(tmp_path, f"{name}.py", name, name.upper()) for name in "abc"]
    (tmp_path / "a.py").chmod(0o444)
    (tmp_path / "c.py").unlink()
    with pytest.raises(NotWritten) as caught:
        write_files(tmp_path, changes)
    assert caught.value.reasons == {"a.py": "read-only", "c.py": "it is gone"}
    assert not caught.value.hopeless


def test_a_full_disk_is_hopeless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changes = [change(tmp_path, f"{name}.py", name, name.upper()) for name in "ab"]
    monkeypatch.setattr(os, "fsync", Failing("fsync", 3, OSError(errno.ENOSPC, "")))  # 1 and 2: the journal and its folder
    with pytest.raises(NotWritten, match=r"^a\.py: disk full$") as caught:
        write_files(tmp_path, changes)
    assert caught.value.hopeless


def test_a_file_that_already_holds_the_new_text_is_content(tmp_path: Path) -> None:
    changes = [change(tmp_path, f"{name}.py", name, name.upper()) for name in "ab"]
    (tmp_path / "a.py").write_text("A")
    (tmp_path / "a.py").chmod(0o444)
    write_files(tmp_path, changes)
    assert contents(tmp_path) == {"a.py": b"A", "b.py": b"B"}


def test_a_file_that_changes_while_the_others_are_written_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changes = [change(tmp_path, f"{name}.py", name, name.upper()) for name in "ab"]
    replace = os.replace

    def edits_b(source: Path, target: Path) -> None:
        replace(source, target)
        if Path(target).name == "a.py":
            (tmp_path / "b.py").write_text("edited")

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", edits_b)
        with pytest.raises(NotWritten, match=r"^b\.py: changed since it was read$"):
            write_files(tmp_path, changes)
    assert contents(tmp_path) == {"a.py": b"a", "b.py": b"edited"}


def test_what_cannot_be_put_back_is_told_and_finished_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changes = [change(tmp_path, f"{name}.py", name, name.upper()) for name in "abc"]
    with monkeypatch.context() as patched:  # 1: the journal, 2: a.py, 3: b.py, 4: a.py is to be put back
        patched.setattr(os, "replace", Failing("replace", 3, PermissionError(errno.EACCES, ""), ever=True))
        with pytest.raises(NotWritten) as caught:
            write_files(tmp_path, changes)
    assert (caught.value.stuck, caught.value.hopeless) == (["a.py"], True)
    assert journal.was_interrupted(tmp_path)
    with journal.one_at_a_time(tmp_path):
        told = list(journal.finish(tmp_path))
    assert [line.split(":")[0] for line in told] == ["b.py", "c.py"]
    assert contents(tmp_path) == {"a.py": b"A", "b.py": b"B", "c.py": b"C"}


KILLED = """
import os, signal, sys
from pathlib import Path
from sessionlint.edits.write import Change, write_files
from sessionlint.model.source import Source

function, at = sys.argv[1], int(sys.argv[2])
real, calls = getattr(os, function), 0

def killing(*arguments, **named):
    global calls
    calls += 1
    if calls == at:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*arguments, **named)

setattr(os, function, killing)
write_files(Path.cwd(), [Change(Source(f"{name}.py", name), name.upper()) for name in "abc"])
"""


@pytest.mark.skipif(os.name == "nt", reason="no locks, and so no journal")
@pytest.mark.parametrize(
    ("function", "at", "left"),
    [
        *[("fsync", at, "abc") for at in (1, 2, 3, 5)],  # the journal, its folder, the first and the last new text
        ("replace", 1, "abc"),  # the journal
        ("replace", 2, "abc"),
        ("replace", 3, "Abc"),
        ("replace", 4, "ABc"),
        ("fsync", 6, "ABC"),  # the folder, at last
    ],
)
def test_what_a_killed_run_leaves_is_finished_by_the_next(tmp_path: Path, function: str, at: int, left: str) -> None:
    for name in "abc":
        (tmp_path / f"{name}.py").write_text(name)
    arguments = [sys.executable, "-c", KILLED, function, str(at)]
    assert subprocess.run(arguments, cwd=tmp_path, check=False).returncode == -signal.SIGKILL
    assert "".join((tmp_path / f"{name}.py").read_text() for name in "abc") == left
    with journal.one_at_a_time(tmp_path):
        told = list(journal.finish(tmp_path))
    whole = left if left in ("abc", "ABC") else "ABC"
    assert "".join((tmp_path / f"{name}.py").read_text() for name in "abc") == whole
    assert bool(told) == (left != whole)
    assert {name for name in contents(tmp_path) if not name.endswith(".tmp")} == {"a.py", "b.py", "c.py"}


def left_by_a_killed_run(root: Path) -> None:
    """Three files to be fixed, of which one was."""
    for name in "abc":
        (root / f"{name}.py").write_text(name)
    subprocess.run([sys.executable, "-c", KILLED, "replace", "3"], cwd=root, check=False)


def test_a_file_that_was_edited_in_between_is_not_finished(tmp_path: Path) -> None:
    left_by_a_killed_run(tmp_path)
    (tmp_path / "b.py").write_text("edited")
    with journal.one_at_a_time(tmp_path):
        told = list(journal.finish(tmp_path))
    assert told[0] == "b.py: not fixed, it changed after an earlier --fix was stopped, which fixed a.py"
    assert contents(tmp_path) == {"a.py": b"A", "b.py": b"edited", "c.py": b"C"}


def test_a_checkout_that_was_reset_in_between_stays_reset(tmp_path: Path) -> None:
    left_by_a_killed_run(tmp_path)
    (tmp_path / "a.py").write_text("a")
    with journal.one_at_a_time(tmp_path):
        assert list(journal.finish(tmp_path)) == []
    assert contents(tmp_path) == {"a.py": b"a", "b.py": b"b", "c.py": b"c"}


@pytest.mark.parametrize(
    "entry",
    [
        {"path": "../victim.py"},
        {"new": "../victim.py"},
        {"new": "stolen.py"},
    ],
)
def test_a_journal_that_a_checkout_brings_along_reaches_nothing_outside(tmp_path: Path, entry: dict[str, str]) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "victim.py").write_text("v")
    change(root, "a.py", "a", "A")
    change(root, "b.py", "b", "B")
    digests = {"after": journal.digest(b"v"), "before": journal.digest(b"b")}
    names = {"new": ".sessionlint-00000000-0.new", "old": ".sessionlint-00000000-0.old"}
    done = {"path": "a.py", **names, "after": journal.digest(b"a"), "before": journal.digest(b"")}
    (root / journal.JOURNAL).write_text(json.dumps([done, {"path": "b.py", **names, **digests, **entry}]))
    with journal.one_at_a_time(root):
        assert list(journal.finish(root)) == [".sessionlint-fix.json: not understood, and removed"]
    assert (tmp_path / "victim.py").read_text() == "v"
    assert contents(root) == {"a.py": b"a", "b.py": b"b"}


def test_a_second_run_waits_until_the_first_has_written(tmp_path: Path) -> None:
    one = change(tmp_path, "a.py", "a", "A")
    with ThreadPoolExecutor() as pool:
        with journal.one_at_a_time(tmp_path) as alone:
            assert alone
            with journal.one_at_a_time(tmp_path, wait=False) as second:
                assert not second
            writing = pool.submit(write_files, tmp_path, [one])
            (tmp_path / "a.py").write_text("first")
            assert not writing.done()
        with pytest.raises(NotWritten, match="changed since it was read"):
            writing.result()
    assert contents(tmp_path) == {"a.py": b"first"}
