import errno
import os
import stat
from pathlib import Path

import pytest

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
    assert caught.value.path == "b.py"
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


@pytest.mark.parametrize(
    ("failure", "raised"), [(PermissionError(errno.EACCES, ""), NotWritten), (KeyboardInterrupt(), KeyboardInterrupt)]
)
def test_what_was_replaced_is_put_back_when_a_later_file_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException, raised: type[BaseException]
) -> None:
    changes = [change(tmp_path, "a.py", "a", "A"), change(tmp_path, "b.py", "b", "B"), change(tmp_path, "c.py", "c", "C")]
    (tmp_path / "a.py").chmod(0o640)
    replace = Path.replace

    def fails_at_b(self: Path, target: Path) -> Path:
        if target.name == "b.py":
            raise failure
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fails_at_b)
    with pytest.raises(raised):
        write_files(tmp_path, changes)
    assert contents(tmp_path) == {"a.py": b"a", "b.py": b"b", "c.py": b"c"}
    assert stat.S_IMODE((tmp_path / "a.py").stat().st_mode) == 0o640
