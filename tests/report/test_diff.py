import subprocess
from pathlib import Path

from sessionlint.model.source import Source
from sessionlint.report.diff import render
from sessionlint.report.look import Look

OLD = "import a\n\n\ndef f():\n    return 1\n"


def test_a_diff_names_the_file_twice_and_shows_the_changed_lines() -> None:
    assert render([(Source("src/x.py", OLD), OLD.replace("1", "2"))], Look()) == (
        "--- src/x.py\n+++ src/x.py\n@@ -2,4 +2,4 @@\n \n \n def f():\n-    return 1\n+    return 2\n"
    )


def test_a_missing_newline_at_the_end_is_marked() -> None:
    assert render([(Source("x.py", "a\nb"), "a\nb\n")], Look()) == (
        "--- x.py\n+++ x.py\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n"
    )


def test_unchanged_files_leave_no_trace() -> None:
    assert render([(Source("x.py", OLD), OLD)], Look()) == ""


def test_a_diff_of_odd_line_endings_applies_byte_for_byte(tmp_path: Path) -> None:
    source = Source("x.py", "a = 1\r\n\x0cb\x0c = '\t'\r\nc\rd\nend")
    new = source.text.replace("1", "2").replace("end", "new\r\nend")
    (tmp_path / "x.py").write_bytes(source.encode(source.text))
    patch = render([(source, new)], Look()).encode()
    subprocess.run(["git", "apply", "-p0", "--whitespace=nowarn", "-"], cwd=tmp_path, input=patch, check=True)
    assert (tmp_path / "x.py").read_bytes() == source.encode(new)


def test_a_diff_steers_nothing_even_in_a_pipe_and_of_such_lines_is_refused(tmp_path: Path) -> None:
    source = Source("x.py", "a = '\x1b[2J\x9b\u202e'\n")
    (tmp_path / "x.py").write_bytes(source.encode(source.text))
    patch = render([(source, source.text.replace("a", "b"))], Look())
    assert patch.endswith("-a = '␛[2J\\x9b\\u202e'\n+b = '␛[2J\\x9b\\u202e'\n")
    done = subprocess.run(["git", "apply", "-p0", "-"], cwd=tmp_path, input=patch.encode(), capture_output=True, check=False)
    assert done.returncode != 0


def test_in_colour_control_characters_are_visible() -> None:
    report = render([(Source("x.py", "a = '\x1b[2J'\n"), "b = 1\n")], Look(colour=True))
    assert "\x1b[31m-a = '␛[2J'\x1b[0m\n" in report
    assert "\x1b[32m+b = 1\x1b[0m\n" in report


def test_on_a_terminal_without_colour_control_characters_are_visible_too() -> None:
    assert "-a = '␛[2J'\n" in render([(Source("x.py", "a = '\x1b[2J'\n"), "b = 1\n")], Look(terminal=True))
