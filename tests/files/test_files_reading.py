import os
import re
import threading
from pathlib import Path

import pytest

from sessionlint.run.files import limits
from sessionlint.run.files.bounded import RefusedError, read_regular, within
from sessionlint.run.files.limits import BY_KIND, Limit

FEW = Limit(10, "tests")
PAGE = (Path(__file__).parents[2] / "docs" / "reading.md").read_text(encoding="utf-8")


def test_a_file_is_read_whole_up_to_its_limit(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"0123456789")
    assert read_regular(file, FEW) == b"0123456789"
    file.write_bytes(b"0123456789a")
    with pytest.raises(RefusedError, match="larger than"):
        read_regular(file, FEW)
    file.write_bytes(b"")
    assert read_regular(str(file), FEW) == b""


def test_a_file_that_grows_while_it_is_read_is_not_read_beyond_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"01")
    read = os.read

    def growing(descriptor: int, count: int) -> bytes:
        with file.open("ab") as stream:
            stream.write(b"2345")
        return read(descriptor, min(count, 3))

    monkeypatch.setattr(os, "read", growing)
    with pytest.raises(RefusedError, match="larger than"):
        read_regular(file, FEW)


def test_what_is_no_file_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        read_regular(tmp_path, FEW)
    with pytest.raises(FileNotFoundError):
        read_regular(tmp_path / "a", FEW)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has none")
def test_a_pipe_is_refused_whether_somebody_writes_to_it_or_not(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(RefusedError, match="not a regular file"):
        read_regular(pipe, FEW)
    writer = threading.Thread(target=lambda: os.close(os.open(pipe, os.O_WRONLY)))
    writer.start()
    reader = os.open(pipe, os.O_RDONLY)
    try:
        with pytest.raises(RefusedError, match="not a regular file"):
            read_regular(pipe, FEW)
    finally:
        writer.join()
        os.close(reader)


def test_a_text_from_elsewhere_has_the_same_limit() -> None:
    assert within(b"0123456789", FEW) == b"0123456789"
    assert isinstance(within(b"0123456789a", FEW), RefusedError)


def test_the_documentation_names_every_limit() -> None:
    rows = re.findall(r"^\| (.+) \| (\d+ [KM]iB) \| .+ \|$", PAGE, re.MULTILINE)
    assert rows == [(limit.files, limit.shown) for limit in BY_KIND]


def test_the_documentation_names_the_limits_of_patterns_and_nesting() -> None:
    for number in (limits.IGNORE_PATTERNS, limits.CONFIGURED_PATTERNS, limits.TOML_DEPTH, limits.SPECIFIER):
        assert f" {number:,} " in PAGE
