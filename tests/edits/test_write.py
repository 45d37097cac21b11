import errno
import json
import os
import stat
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from edits.faults import Killed, after, faulty
from sessionlint.model.source import Source
from sessionlint.run.files.journal import Journal, one_at_a_time
from sessionlint.run.files.recovery import finish, was_interrupted
from sessionlint.run.files.write import Change, NotWritten, Writer

posix = pytest.mark.skipif(os.name == "nt", reason="no locks, and so no journal; no owners, no pipes")


def change(root: Path, path: str, before: str, after: str, encoding: str = "utf-8", *, bom: bool = False) -> Change:
    """A change of a file that is created here as it was analysed."""
    source = Source(path, before, encoding, bom)
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_bytes(source.encode(before))
    return Change(source, after)


def write_files(root: Path, changes: Sequence[Change], journal: Journal | None = None) -> None:
    Writer(root, lambda path: True, journal).write(changes)


def journal_of(root: Path) -> Journal:
    return Journal(root, root.parent / "state" / "sessionlint")


def told(root: Path) -> list[str]:
    """What the next ``--fix`` says when it finishes what a killed one left."""
    with one_at_a_time(root):
        return list(finish(journal_of(root)))


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


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with room for a journal beside it."""
    (tmp_path / "project").mkdir()
    return tmp_path / "project"


def test_a_full_disk_ends_everything(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changes = [change(root, f"{name}.py", name, name.upper()) for name in "ab"]
    link = os.link

    def full(*arguments: Any, **named: Any) -> None:
        link(*arguments, **named)
        monkeypatch.setattr(os, "write", _raises(OSError(errno.ENOSPC, "")))

    monkeypatch.setattr(os, "link", full)
    with pytest.raises(NotWritten, match=r"^b\.py: disk full$") as caught:
        write_files(root, changes)
    assert caught.value.hopeless
    assert contents(root) == {"a.py": b"a", "b.py": b"b"}


def _raises(failure: BaseException) -> Callable[..., None]:
    def failing(*arguments: Any, **named: Any) -> None:
        raise failure

    return failing


def test_a_file_that_already_holds_the_new_text_is_content(tmp_path: Path) -> None:
    changes = [change(tmp_path, f"{name}.py", name, name.upper()) for name in "ab"]
    (tmp_path / "a.py").write_text("A")
    (tmp_path / "a.py").chmod(0o444)
    write_files(tmp_path, changes)
    assert contents(tmp_path) == {"a.py": b"A", "b.py": b"B"}


def when_replaced(monkeypatch: pytest.MonkeyPatch, name: str, act: Callable[[], object]) -> None:
    """Does something right after the file of that name was replaced, once."""
    replace, acts = os.replace, iter([act])

    def acting(source: Any, target: Any, **folders: Any) -> None:
        replace(source, target, **folders)
        if Path(target).name == name:
            next(acts, lambda: None)()

    monkeypatch.setattr(os, "replace", acting)


def test_a_file_that_changes_while_the_others_are_written_is_left_alone(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changes = [change(root, f"{name}.py", name, name.upper()) for name in "ab"]
    when_replaced(monkeypatch, "a.py", lambda: (root / "b.py").write_text("edited"))
    with pytest.raises(NotWritten, match=r"^b\.py: changed since it was read$"):
        write_files(root, changes)
    assert contents(root) == {"a.py": b"a", "b.py": b"edited"}


@pytest.mark.parametrize("journalled", [True, False])
def test_what_cannot_be_put_back_is_told_and_finished_later(
    root: Path, monkeypatch: pytest.MonkeyPatch, journalled: bool
) -> None:
    changes = [change(root, f"{name}.py", name, name.upper()) for name in "abc"]
    with monkeypatch.context() as patched:
        when_replaced(patched, "a.py", lambda: patched.setattr(os, "replace", _raises(PermissionError(errno.EACCES, ""))))
        with pytest.raises(NotWritten) as caught:
            write_files(root, changes, journal_of(root) if journalled else None)
    assert (caught.value.stuck, caught.value.hopeless) == (["a.py"], True)
    assert caught.value.reasons["b.py"] == "no permission to replace it"
    stuck, _, rest = caught.value.reasons["a.py"].partition("; ")
    assert stuck == "was changed, and could not be put back"
    if journalled:
        assert rest == "the next --fix finishes the rest"
    else:
        kept = rest.removeprefix("what it held is in ")
        assert contents(root) == {kept: b"a", "a.py": b"A", "b.py": b"b", "c.py": b"c"}
    assert was_interrupted(journal_of(root)) is journalled
    if journalled:
        assert [line.split(":")[0] for line in told(root)] == ["b.py", "c.py"]
        assert contents(root) == {"a.py": b"A", "b.py": b"B", "c.py": b"C"}


# --- links ------------------------------------------------------------------------------------------------------------


def test_a_link_that_leads_out_of_the_project_is_not_written_through(root: Path) -> None:
    changes = [change(root, "a.py", "a", "A"), change(root.parent, "victim.py", "v", "V")]
    (root / "link.py").symlink_to("../victim.py")
    with pytest.raises(NotWritten, match=r"^link\.py: a symlink that leads out of the project$"):
        write_files(root, [changes[0], Change(Source("link.py", "v"), "V")])
    assert (root.parent / "victim.py").read_text() == "v"
    assert contents(root) == {"a.py": b"a", "link.py": b"v"}


def test_a_folder_that_is_a_link_out_of_the_project_is_not_entered(root: Path) -> None:
    change(root.parent, "elsewhere/a.py", "a", "A")
    (root / "pack").symlink_to("../elsewhere")
    with pytest.raises(NotWritten, match="leads out of the project"):
        write_files(root, [Change(Source("pack/a.py", "a"), "A")])
    assert contents(root.parent / "elsewhere") == {"a.py": b"a"}


def test_a_link_into_the_folder_of_git_is_not_written_through(root: Path) -> None:
    change(root, ".git/hooks/pre-commit", "a", "A")
    (root / "link.py").symlink_to(".git/hooks/pre-commit")
    with pytest.raises(NotWritten, match="leads out of the project"):
        write_files(root, [Change(Source("link.py", "a"), "A")])
    assert (root / ".git/hooks/pre-commit").read_text() == "a"


def test_a_file_beside_the_project_in_the_same_folder_is_not_written(root: Path) -> None:
    change(root, "other.py", "a", "A")
    (root / "pack").mkdir()
    (root / "pack/link.py").symlink_to("../other.py")
    with pytest.raises(NotWritten, match="leads out of the project"):
        Writer(root, lambda path: path.startswith("pack/")).write([Change(Source("pack/link.py", "a"), "A")])
    assert (root / "other.py").read_text() == "a"


@pytest.mark.parametrize("target", ["../victim.py", "link.py", "a.py"])
def test_a_file_that_became_a_link_since_it_was_looked_at_is_left_alone(
    root: Path, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    changes = [change(root, "a.py", "same", "A"), change(root, "b.py", "same", "B")]
    change(root.parent, "victim.py", "same", "V")

    def swap() -> None:
        (root / "b.py").unlink()
        (root / "b.py").symlink_to(target)

    (root / "link.py").symlink_to("b.py")
    when_replaced(monkeypatch, "a.py", swap)
    with pytest.raises(NotWritten, match=r"^b\.py: changed since it was read$"):
        write_files(root, changes)
    assert (root / "a.py").read_text() == "same"
    assert (root.parent / "victim.py").read_text() == "same"
    assert (root / "b.py").readlink() == Path(target)


def test_a_folder_that_became_a_link_since_it_was_looked_at_is_not_entered(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changes = [change(root, "a.py", "a", "A"), change(root, "pack/b.py", "b", "B")]
    change(root.parent, "elsewhere/b.py", "b", "B")

    def swap() -> None:
        (root / "pack").rename(root.parent / "moved")
        (root / "pack").symlink_to("../elsewhere")

    when_replaced(monkeypatch, "a.py", swap)
    with pytest.raises(NotWritten, match=r"^pack/b\.py: changed since it was read$"):
        write_files(root, changes)
    assert contents(root.parent / "elsewhere") == {"b.py": b"b"}
    assert (root / "a.py").read_text() == "a"


@posix
def test_what_is_no_file_any_more_is_not_waited_for(root: Path) -> None:
    change(root, "a.py", "a", "A")
    (root / "a.py").unlink()
    os.mkfifo(root / "a.py")
    with pytest.raises(NotWritten, match=r"^a\.py: not a regular file$"):
        write_files(root, [Change(Source("a.py", "a"), "A")])


def test_names_of_one_file_in_the_project_are_each_fixed_and_one_outside_keeps_the_old_text(root: Path) -> None:
    one = change(root, "a.py", "a", "A")
    os.link(root / "a.py", root / "b.py")
    os.link(root / "a.py", root.parent / "outside.py")
    write_files(root, [one, Change(Source("b.py", "a"), "A")])
    assert contents(root) == {"a.py": b"A", "b.py": b"A"}
    assert (root.parent / "outside.py").read_text() == "a"


@posix
def test_the_owner_and_what_runs_as_it_stay(root: Path) -> None:
    one = change(root, "a.py", "a", "A")
    if os.geteuid() == 0:
        os.chown(root / "a.py", 1, 2)
    (root / "a.py").chmod(0o6750)
    before = (root / "a.py").stat()
    write_files(root, [one])
    after = (root / "a.py").stat()
    assert (after.st_uid, after.st_gid, after.st_mode) == (before.st_uid, before.st_gid, before.st_mode)


@posix
def test_what_ran_as_somebody_else_does_not_run_as_us(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = change(root, "a.py", "a", "A")
    (root / "a.py").chmod(0o6750)
    fstat = os.fstat

    def of_another(descriptor: int) -> os.stat_result:
        return os.stat_result((*fstat(descriptor)[:4], 4242, *fstat(descriptor)[5:]))

    monkeypatch.setattr(os, "fstat", of_another)
    monkeypatch.setattr(os, "chown", _raises(PermissionError(errno.EPERM, "")))
    write_files(root, [one])
    assert stat.S_IMODE((root / "a.py").stat().st_mode) == 0o750


# --- what killed runs leave -------------------------------------------------------------------------------------------


def left_by_a_killed_run(root: Path) -> None:
    """Three files to be fixed, of which one was: the run was killed right after the first step that shows."""
    for step in count(1):
        changes = [change(root, f"{name}.py", name, name.upper()) for name in "abc"]
        with faulty({step: after(Killed())}), suppress(Killed):
            write_files(root, changes, journal_of(root))
        if (root / "a.py").read_text() == "A":
            return
        assert not was_interrupted(journal_of(root))


@posix
def test_a_file_that_was_edited_in_between_is_not_finished(root: Path) -> None:
    left_by_a_killed_run(root)
    (root / "b.py").write_text("edited")
    assert told(root) == [
        "c.py: fixed now; an earlier --fix was stopped before it came to it",
        "b.py: not fixed, it changed after an earlier --fix was stopped, which fixed a.py",
    ]
    assert contents(root) == {"a.py": b"A", "b.py": b"edited", "c.py": b"C"}


@posix
def test_a_fixed_file_that_was_edited_in_between_counts_as_fixed(root: Path) -> None:
    left_by_a_killed_run(root)
    (root / "a.py").write_text("edited")
    assert was_interrupted(journal_of(root))
    assert [line.partition(";")[0] for line in told(root)] == ["b.py: fixed now", "c.py: fixed now"]
    assert contents(root) == {"a.py": b"edited", "b.py": b"B", "c.py": b"C"}


@posix
def test_a_checkout_that_was_reset_in_between_stays_reset(root: Path) -> None:
    left_by_a_killed_run(root)
    (root / "a.py").write_text("a")
    assert not was_interrupted(journal_of(root))
    assert contents(root) == {"a.py": b"a", "b.py": b"b", "c.py": b"c"}


@posix
def test_what_lay_ready_and_was_cleaned_away_is_told(root: Path) -> None:
    left_by_a_killed_run(root)
    for path in root.glob(".sessionlint-*"):
        path.unlink()
    gone = "not fixed, what lay ready for it is gone after an earlier --fix was stopped, which fixed a.py"
    assert told(root) == [f"b.py: {gone}", f"c.py: {gone}"]
    assert not journal_of(root).exists()


@posix
def test_a_folder_that_is_a_link_now_is_not_reached_into(root: Path) -> None:
    (root / "pack").mkdir()
    left_by_a_killed_run(root / "pack")
    changes = journal_of(root / "pack")
    (root / "pack").rename(root / "moved")
    (root / "pack").symlink_to("moved")
    assert not was_interrupted(changes)
    assert (root / "moved/a.py").read_text() == "A"


@posix
@pytest.mark.parametrize(
    "damage", ["[[", "[" * 100_000, "1" * 5000, '{"a": 1}', '[{"path": "a.py"}]', "\ud800", '[{"folder": "..", "name": "v.py"}]']
)
def test_a_journal_that_is_not_understood_is_removed_and_nothing_else_is_touched(root: Path, damage: str) -> None:
    left_by_a_killed_run(root)
    journal = next(iter((root.parent / "state/sessionlint").iterdir()))
    journal.write_text(damage, encoding="utf-8", errors="surrogatepass")
    before = contents(root)
    assert was_interrupted(journal_of(root))
    assert told(root) == [f"{journal.with_suffix('')}: not understood, and removed"]
    assert contents(root) == before
    assert not journal.exists()


@posix
@pytest.mark.parametrize("key", ["path", "folder", "name", "new", "old", "after", "before"])
@pytest.mark.parametrize("value", ["../victim.py", "..", "/", [], 5, "a\0b", "\ud800", "a" * 5000])
def test_a_journal_that_was_tampered_with_reaches_nothing_outside(root: Path, key: str, value: object) -> None:
    left_by_a_killed_run(root)
    (root.parent / "victim.py").write_text("v")
    journal = next(iter((root.parent / "state/sessionlint").iterdir()))
    entries = json.loads(journal.read_text())
    entries[1][key] = value
    journal.write_text(json.dumps(entries))
    with suppress(OSError):
        told(root)
    assert (root.parent / "victim.py").read_text() == "v"
    assert set((root / "b.py").read_text()) <= set("bB")


@posix
@pytest.mark.parametrize("way", ["loose", "link", "file"])
def test_a_folder_that_is_not_the_users_own_has_no_journal(root: Path, way: str) -> None:
    one, journal = change(root, "a.py", "a", "A"), journal_of(root)
    journal.folder.parent.mkdir()
    if way == "loose":
        journal.folder.mkdir(mode=0o755)
    elif way == "link":
        (root.parent / "other").mkdir(mode=0o700)
        journal.folder.symlink_to(root.parent / "other")
    else:
        journal.folder.write_text("")
    for folder in (journal.folder.parent, root.parent / "other"):
        if folder.is_dir() and journal.folder.is_dir():
            (journal.folder / f"{journal.name}.json").write_text("[]")
    assert not journal.exists()
    write_files(root, [one], journal)
    assert contents(root) == {"a.py": b"A"}


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can give a folder away")
def test_no_folder_is_made_in_one_of_somebody_else(root: Path) -> None:
    one, journal = change(root, "a.py", "a", "A"), journal_of(root)
    journal.folder.parent.mkdir()
    os.chown(journal.folder.parent, 1, 1)
    write_files(root, [one], journal)
    assert contents(root) == {"a.py": b"A"}
    assert not journal.folder.exists()


@posix
def test_a_file_in_the_project_is_never_a_journal(root: Path) -> None:
    left_by_a_killed_run(root)
    journal = next(iter((root.parent / "state/sessionlint").iterdir()))
    journal.rename(root / journal.name)
    assert not was_interrupted(journal_of(root))
    assert told(root) == []


@posix
def test_a_run_that_was_killed_while_this_one_thought_is_not_mixed_with_it(root: Path) -> None:
    left_by_a_killed_run(root)
    with pytest.raises(NotWritten, match=r"^c\.py: another --fix was stopped in the meantime$") as caught:
        write_files(root, [Change(Source("c.py", "c"), "new")], journal_of(root))
    assert caught.value.hopeless
    assert (root / "c.py").read_text() == "c"
    assert was_interrupted(journal_of(root))


@posix
def test_a_second_run_waits_until_the_first_has_written(tmp_path: Path) -> None:
    one = change(tmp_path, "a.py", "a", "A")
    with ThreadPoolExecutor() as pool:
        with one_at_a_time(tmp_path) as alone:
            assert alone
            with one_at_a_time(tmp_path, wait=False) as second:
                assert not second
            writing = pool.submit(write_files, tmp_path, [one])
            (tmp_path / "a.py").write_text("first")
            assert not writing.done()
        with pytest.raises(NotWritten, match="changed since it was read"):
            writing.result()
    assert contents(tmp_path) == {"a.py": b"first"}


@posix
def test_runs_at_once_take_turns(root: Path) -> None:
    for path in ("a.py", "b.py"):
        change(root, path, "old", "")

    def write(text: str) -> bool:
        try:
            write_files(root, [Change(Source(path, "old"), text) for path in ("a.py", "b.py")], journal_of(root))
        except NotWritten as error:
            assert set(error.reasons.values()) == {"changed since it was read"}
            return False
        return True

    texts = [f"text {number}" for number in range(8)]
    with ThreadPoolExecutor(len(texts)) as pool:
        written = dict(zip(texts, pool.map(write, texts), strict=True))
    won = [text.encode() for text in texts if written[text]]
    assert len(won) == 1
    assert contents(root) == {"a.py": won[0], "b.py": won[0]}
    assert not journal_of(root).exists()


@posix
def test_a_check_does_not_take_a_run_under_way_for_one_that_was_killed(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changes, seen = [change(root, f"{name}.py", name, name.upper()) for name in "ab"], []
    when_replaced(monkeypatch, "a.py", lambda: seen.append(was_interrupted(journal_of(root))))
    write_files(root, changes, journal_of(root))
    assert seen == [False]
    assert contents(root) == {"a.py": b"A", "b.py": b"B"}
