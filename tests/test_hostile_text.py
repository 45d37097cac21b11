"""Whatever a checkout holds, and whatever is asked of it: no output steers a terminal or is a command to a CI."""

import json
import os
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sessionlint.cli import sessionlint
from sessionlint.report.formats import FORMATS

pytestmark = pytest.mark.skipif(os.name == "nt", reason="names that only POSIX has")

STEERING = "\x1b]0;PWNED\x07\x9b31m\u202e"
EVIL = STEERING + "\n ##[error]old\n##vso[task.complete]azure\r::error::own\n::error::line\n"
NAMES = (
    "escape\x1b[31m\n::error::name.py",
    "::error file=x::start.py",
    " \u2003::warning::blank.py",
    "##vso[task.x]azure.py",
    "##[error]old.py",
    "\u202ebidi\x9b\u2066.py",
    "undecodable\udcff.py",
    "tab\tcr\r::error::cr.py",
)
MAPS = ("text", "json", "dot", "mermaid", "html")
FIXABLE = f'''\
from sqlalchemy.orm import Session, sessionmaker

Maker = sessionmaker()


def load(ident):
    """{EVIL}"""
    db = Maker()  # noqa: SES999 {STEERING} sessionlint: {STEERING}
    # {STEERING}
    return db.get("{STEERING}", ident)
'''
OUR_COMMAND = re.compile(
    r"::(error|warning|notice) title=sessionlint \(SES\d+\),file=[^:]*::(?!.*##\w*\[)"
    r"|##vso\[task\.logissue type=(error|warning);sourcepath=[^\]]*;code=SES\d+;\](?!.*##\w*\[)"
)
WAYS: tuple[list[str], ...] = (
    [],
    ["--diff"],
    ["--statistics"],
    ["--fix", "--show-fixes"],
    ["--fix-only", "--show-fixes", "--timings"],
    ["--diff", "--show-fixes", "--color", "always"],
    ["-v", "--timings", "--isolated"],
    ["--show-files"],
    ["--show-settings"],
    ["--show-suppressed"],
    ["--no-baseline", "--max-warnings", "0"],
)


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in which every name and every text wants to be obeyed."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in NAMES:
        Path(name).write_text(FIXABLE, encoding="utf-8", newline="")
    Path("broken\n::error::b.py").write_text("import sqlalchemy.engine\nclass (\n")
    Path("template\x1b\n::error::t.py").write_text("import sqlalchemy.engine\nx = {{ y }}\nclass (\n")
    Path("nowhere\n::error::n.py").symlink_to("nowhere at all")
    inner = Path("inner\x1b\n::error::i")
    inner.mkdir()
    (inner / "sessionlint.toml").write_text("")
    (inner / "a.py").write_text("import sqlalchemy\n")
    values = json.dumps([EVIL])
    Path("sessionlint.toml").write_text(f"extend-exclude = {values}\n[per-file-ignores]\n{json.dumps(EVIL)} = ['SES101']\n")
    return folder


def _run(arguments: Sequence[str], text: str | None = None) -> Result:
    return CliRunner().invoke(sessionlint, ["check", *arguments], input=text, env={"NO_COLOR": "1"})


def _told(stream: bytes) -> list[str]:
    """Where a stream would steer what shows it, or command what reads it."""
    text = re.sub(r"\x1b\[[\d;]*m", "", stream.decode("utf-8"))
    lines = re.split(r"[\r\n]", text)
    raw = [
        repr(character) for character in text if unicodedata.category(character) in ("Cc", "Cf") and character not in "\n\r\t\f"
    ]
    commands = [line for line in lines if re.match(r"\s*::[a-z]", line) or re.search(r"##\w*\[", line)]
    return [*raw, *(line for line in commands if not OUR_COMMAND.match(line))]


@pytest.mark.parametrize("way", WAYS, ids=" ".join)
@pytest.mark.parametrize("output_format", FORMATS)
def test_no_format_and_no_option_lets_anything_out(hostile: Path, output_format: str, way: list[str]) -> None:
    inner = next(str(path) for path in Path.cwd().iterdir() if path.is_dir())
    result = _run([*way, "--unsafe-fixes", "--select", "ALL", "--no-cache", "--output-format", output_format, ".", inner])
    assert result.exit_code in (0, 1), result.output
    assert _told(result.stdout_bytes) == []
    assert _told(result.stderr_bytes) == []
    assert b"\n::" not in b"\n" + result.stderr_bytes


@pytest.mark.parametrize(
    "command",
    [
        ["baseline", "create"],
        ["baseline", "show"],
        ["suppressions"],
        ["suppressions", "--output-format", "json"],
        ["check", "--add-suppressions", "."],
        ["check", "--show-suppressed", "--select", "ALL", "--baseline", "sessionlint-baseline.jsonl", "."],
    ],
    ids=" ".join,
)
def test_no_other_command_lets_anything_out(hostile: Path, command: list[str]) -> None:
    runner = CliRunner(env={"NO_COLOR": "1"})
    if "create" not in command:
        runner.invoke(sessionlint, ["baseline", "create"])
    result = runner.invoke(sessionlint, command)
    assert result.exit_code in (0, 1), result.output
    assert result.output
    assert _told(result.stdout_bytes) == []
    assert _told(result.stderr_bytes) == []
    assert Path("sessionlint-baseline.jsonl").read_text().isascii()


@pytest.mark.parametrize(
    "command", [*(["map", "--output-format", one] for one in MAPS), ["map", "-v"], ["patterns"]], ids=" ".join
)
def test_no_map_and_no_document_lets_anything_out(hostile: Path, command: list[str]) -> None:
    Path("db.py").write_text("from sqlalchemy.orm import sessionmaker\n\nMaker = sessionmaker()\n")
    result = CliRunner().invoke(sessionlint, [*command, "--no-cache"])
    assert result.exit_code == 0, result.output
    assert b"Maker" in result.stdout_bytes
    assert _told(result.stdout_bytes) == []
    assert _told(result.stderr_bytes) == []


def test_the_project_is_as_hostile_as_it_seems(hostile: Path) -> None:
    """What the tests above look for is there to be found: in the names and in the lines that are shown."""
    result = _run(["--select", "ALL", "--no-cache", "-v", "--output-format", "full", "--diff", "--unsafe-fixes", "."])
    assert _told("\n".join(map(str, Path.cwd().iterdir())).encode("utf-8", "replace"))
    expected = ("␛", "\\u202e", "\\x9b31m", "\r\\x3a:error", "\n \\x3a:error", "#\\x23[error]", "\\udcff")
    assert [shown for shown in expected if shown not in result.stdout] == []


def test_json_holds_what_there_is(hostile: Path) -> None:
    report = json.loads(_run(["--select", "ALL", "--no-cache", "--output-format", "json", "."]).stdout)
    named = {finding["filename"] for finding in report["findings"]}
    assert named >= set(NAMES)
    assert [skipped["filename"] for skipped in report["skipped"]] == ["template\x1b\n::error::t.py"]


def test_fixed_standard_input_is_text_and_the_rest_is_told_as_ever(hostile: Path) -> None:
    name = "new\x1b\n::error::s.py"
    result = _run(["--fix", "--unsafe-fixes", "--no-cache", "--stdin-filename", name, "-"], "import sqlalchemy.engine\nclass (\n")
    assert result.stdout == "import sqlalchemy.engine\nclass (\n"
    assert "new␛␊::error::s.py:2:" in result.stderr
    assert _told(result.stderr_bytes) == []


@pytest.mark.parametrize(
    "arguments",
    [
        [EVIL],
        ["--select", EVIL.replace(",", "")],
        ["--per-file-ignores", EVIL.replace(":", "")],
        [f"--{EVIL}"],
        ["--config", EVIL],
        ["--config", f"{EVIL} = 1"],
        ["--project-root", EVIL],
        ["--color", EVIL],
        ["--stdin-filename", EVIL, "."],
        ["--output-format", EVIL],
        ["--jobs", EVIL],
    ],
)
def test_what_is_wrong_with_the_command_line_is_told_in_one_line(hostile: Path, arguments: list[str]) -> None:
    result = _run(["--no-cache", *arguments])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert re.fullmatch("(warning: [^\n]*\n)?error: [^\n]*\n", result.stderr)
    assert _told(result.stderr_bytes) == []


@pytest.mark.parametrize(
    "setting",
    [
        f"{json.dumps(EVIL)} = 1",
        f"output-format = {json.dumps(EVIL)}",
        f"select = [{json.dumps(EVIL)}]",
        f"required-version = {json.dumps(EVIL)}",
        f"session-factories = [{json.dumps(EVIL)}]",
        f"[severity]\n{json.dumps(EVIL)} = 'error'",
        f"[severity]\nSES101 = {json.dumps(EVIL)}",
        f"[[overrides]]\nfiles = ['a']\n{json.dumps(EVIL)} = 1",
        f"src = {json.dumps(EVIL)}\nnonsense {EVIL}",
    ],
)
def test_what_is_wrong_with_the_configuration_is_told_in_one_line(hostile: Path, setting: str) -> None:
    Path("sessionlint.toml").write_text(setting, encoding="utf-8", newline="")
    result = _run(["--no-cache", "."])
    assert (result.exit_code, result.stdout) == (2, "")
    assert re.fullmatch("(warning: [^\n]*\n)?error: [^\n]*\n", result.stderr)
    assert _told(result.stderr_bytes) == []


def test_a_list_of_ordinary_files_can_be_read_by_other_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = ["plain.py", "with space.py", "ünï☃.py", "tab\t.py"]
    for name in names:
        Path(name).write_text("import sqlalchemy\n")
    assert _run(["--show-files", "--no-cache"]).stdout.splitlines() == sorted(names)


def test_settings_are_shown_as_toml_that_says_the_same(hostile: Path) -> None:
    tomllib = pytest.importorskip("tomllib")
    shown = _run(["--show-settings", "--no-cache"]).stdout
    line = next(line for line in shown.splitlines() if line.startswith("extend-exclude"))
    assert tomllib.loads(line) == {"extend-exclude": [EVIL.rstrip()]}
