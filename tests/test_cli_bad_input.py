"""Whatever lies in a folder: each file gets a clear answer, and the rest of the run goes on."""

import codecs
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sessionlint.cli import sessionlint
from sessionlint.run.files.reading import read_bytes

GOOD = """\
from sqlalchemy.orm import sessionmaker

Maker = sessionmaker()


def load():
    session = Maker()
    return session.get(1, 2)
"""
Check = Callable[..., Result]


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    """Checks a folder in which ``good.py`` has one finding, beside the given bytes in ``odd.py``."""
    monkeypatch.chdir(tmp_path)
    Path("good.py").write_text(GOOD)

    def run(data: bytes | None = None, *arguments: str) -> Result:
        if data is not None:
            Path("odd.py").write_bytes(data)
        result = CliRunner().invoke(sessionlint, ["check", "--output-format", "concise", *(arguments or (".",))])
        assert "Traceback" not in result.output
        return result

    return run


def _lines(result: Result) -> list[str]:
    """The findings, without the one that shows that the run went on."""
    lines = result.stdout.splitlines()
    assert any(line.startswith("good.py:7:15: SES301") for line in lines), result.output
    return [line for line in lines if not line.startswith("good.py")]


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (b"import sqlalchemy.engine\ndef broken(:\n", "odd.py:"),
        (b"import sqlalchemy.engine\rx = = 1\r", "odd.py:2:5: SES001 [error] invalid syntax"),
        (b"import sqlalchemy.engine\nx = 'never closed\n", "odd.py:2:"),
        (b"import sqlalchemy.engine\nif x:\npass\n", "odd.py:3:"),
        (b"import sqlalchemy.engine\nprint 'hello'\n", "odd.py:2:"),
        (b"import sqlalchemy.engine\nx = '\xe9'\n", "odd.py:2:6: SES001 [error] cannot be decoded as utf-8: byte 0xe9"),
        (b"# coding: klingon\nimport sqlalchemy.engine\n", "odd.py:1:1: SES001 [error] unknown encoding: klingon"),
        (
            "import sqlalchemy\n".encode("utf-16"),
            "odd.py:1:1: SES001 [error] cannot be decoded as utf-8: byte 0xff (the file is UTF-16",
        ),
        (b"import sqlalchemy.engine\nx = 1\0\n", "odd.py:2:"),
        (b"\0\0\0\0session", "odd.py:1:1: SES001"),
    ],
)
def test_what_cannot_be_read_is_a_syntax_error_at_its_place(check: Check, data: bytes, where: str) -> None:
    result = check(data)
    (line,) = _lines(result)
    assert line.startswith(where)
    assert " SES001 " in line
    assert result.exit_code == 1


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n\n",
        b"import sqlalchemy.engine\rx = 1\r",
        b"import sqlalchemy.engine\nglobal case, match\n\t \r\n  \t \r\t#\n",
        b"import sqlalchemy.engine",
        codecs.BOM_UTF8 + b"import sqlalchemy.engine\n",
        b"import sqlalchemy.engine\r\nx = '\\\r\n'\r\n",
        b"import sqlalchemy.engine\n\x0c\nclass A:\n    \x0c\n    x = 1\n",
        b"# -*- coding: latin-1 -*-\nimport sqlalchemy.engine\ns = '\xe9'\n",
        "import sqlalchemy.engine\nnaïve = 'Ünïcödé \N{SNOWMAN}'\n".encode(),
        b"import sqlalchemy.engine\n" + b"x = 1\n" * 20_000,
        b"import sqlalchemy.engine\nx = " + b"(" * 150 + b"1" + b")" * 150 + b"\n",
        b"import sqlalchemy.engine\nx = " + b"[" * 50 + b"]" * 50 + b"\n",
        b"import sqlalchemy.engine\n" + b"".join(b" " * depth + b"if x:\n" for depth in range(90)) + b" " * 90 + b"pass\n",
    ],
    ids=[
        "empty",
        "blank",
        "old-mac",
        "comments-of-old-mac",
        "no-newline",
        "bom",
        "crlf",
        "form-feeds",
        "latin-1",
        "non-ascii",
        "long",
        "parentheses",
        "lists",
        "blocks",
    ],
)
def test_odd_but_right_files_are_read_without_a_word(check: Check, data: bytes) -> None:
    assert _lines(check(data)) == []


@pytest.mark.parametrize(
    "data",
    [b"x = " + b"(" * 20_000 + b"session" + b")" * 20_000 + b"\n", b"session = 1" + b" + 1" * 20_000 + b"\n"],
    ids=["parentheses", "sum"],
)
def test_code_nested_beyond_reason_does_not_end_the_run(check: Check, data: bytes) -> None:
    assert all(" SES001 " in line for line in _lines(check(data)))


def test_a_template_is_skipped_with_a_note(check: Check) -> None:
    result = check(b"from sqlalchemy.orm import Session\n{% if x %}\nengine = {{ url }}\n{% endif %}\n")
    assert _lines(result) == []
    assert "note: odd.py: skipped, looks like a template" in result.stderr


def test_a_cookiecutter_is_told_in_two_lines(check: Check, tmp_path: Path) -> None:
    for number in range(9):
        (tmp_path / f"t{number}.py").write_text("import sqlalchemy.engine\n{{ name }} = {% if x %}\n")
    notes = [line for line in check().stderr.splitlines() if line.startswith("note:")]
    assert notes == [
        "note: t0.py: skipped, looks like a template (contains {{ or {%)",
        "note: 8 more files were skipped; -v lists them",
    ]
    assert "Found 1 finding. 9 files skipped.\n" in check().stderr


@pytest.mark.parametrize(
    "text",
    [
        b'    text = f"Answer as JSON: {{\\"name\\": \\"{name}\\"}}"\n',
        b"    text = '{{ name }} {% if x %}'\n",
        b"    # {{ name }} {% if x %}\n",
        b'    text = """\n{{ name }}\n',
        b"    text = 'never closed {{ name }}\n",
        b"    text = {{'a': 1}}\n",
    ],
)
def test_python_that_does_not_parse_is_no_template_for_what_its_strings_and_comments_hold(check: Check, text: bytes) -> None:
    (line,) = _lines(check(b"import sqlalchemy.engine\nwith session:\n" + b"x = 1\n" + text))
    assert " SES001 " in line


@pytest.mark.parametrize(
    "line",
    [
        b"import {{ cookiecutter.name }}",
        b"{{name}} = 1",
        b"x = {{- a['b'] | lower -}}",
        b"{%- if 'a' == b %}",
        b"{{#each names}}",
    ],
)
def test_templates_of_any_kind_are_known_by_what_stands_between_their_strings(check: Check, line: bytes) -> None:
    result = check(b"import sqlalchemy.engine\nx = 'don\\'t'\n" + line + b"\n")
    assert _lines(result) == []
    assert "Found 1 finding. 1 file skipped.\n" in result.stderr


def test_a_file_that_does_not_parse_and_does_not_concern_us_is_none_of_our_business(check: Check) -> None:
    assert _lines(check(b"def broken(:\n")) == []


@pytest.mark.parametrize("name", ["with space.py", "br{ac}es[0].py", "ünï☃.py", "-dash.py", "percent%20.py", "new\nline.py"])
def test_names_of_any_kind_are_found_and_shown(check: Check, name: str) -> None:
    Path(name).write_text(GOOD)
    (line,) = _lines(check())
    assert line.startswith(name.replace("\n", "␊"))


def test_a_file_that_cannot_be_read_is_warned_of(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    def refusing(root: Path, path: str) -> bytes | OSError:
        return PermissionError(13, "Permission denied") if path == "odd.py" else read_bytes(root, path)

    monkeypatch.setattr("sessionlint.run.pipeline.read_bytes", refusing)
    result = check(b"session = 1\n")
    assert _lines(result) == []
    assert "warning: odd.py: cannot read the file: Permission denied" in result.stderr


@pytest.mark.skipif(os.name == "nt" or os.getuid() == 0, reason="the superuser may read everything")
def test_a_file_without_permission_is_warned_of(check: Check) -> None:
    Path("odd.py").touch(0)
    assert "warning: odd.py: cannot read the file" in check().stderr


def test_dangling_and_circular_symlinks_are_warned_of_and_folders_that_lead_back_are_not_followed(check: Check) -> None:
    Path("gone.py").symlink_to("nowhere")
    Path("self.py").symlink_to("self.py")
    Path("loop").symlink_to(".", target_is_directory=True)
    result = check()
    assert _lines(result) == []
    assert "warning: gone.py: skipped, a symlink to nowhere" in result.stderr
    assert "warning: self.py: skipped, a symlink to nowhere" in result.stderr


def test_a_folder_that_is_called_like_a_module_is_a_folder(check: Check) -> None:
    Path("odd.py").mkdir()
    Path("odd.py/inner.py").write_text(GOOD)
    assert [line.split(":")[0] for line in _lines(check())] == ["odd.py/inner.py"]


def test_broken_toml_is_one_line_with_its_place(check: Check) -> None:
    Path("sessionlint.toml").write_text("select = [\n")
    result = check()
    assert result.exit_code == 2
    assert result.stderr.startswith("error: sessionlint.toml: invalid TOML: ")
    assert result.stderr.count("\n") == 1


def test_a_pyproject_of_others_may_be_broken(check: Check) -> None:
    Path("pyproject.toml").write_text("[project\n")
    assert _lines(check()) == []


def test_a_folder_without_python_files_is_told(check: Check) -> None:
    Path("empty").mkdir()
    result = check(None, "empty")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "warning: no Python files found" in result.stderr


def test_a_missing_path_among_others_is_refused(check: Check) -> None:
    result = check(None, "good.py", "missing.py")
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", "error: missing.py: no such file or folder\n")
