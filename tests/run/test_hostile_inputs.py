"""What a checkout can bring that is no file, is too large, or makes a careless reader compute for minutes."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from benchmarks.hostile import HOSTILE
from sessionlint.cli import sessionlint
from sessionlint.run.files import limits
from sessionlint.run.files.limits import Limit

GOOD = """\
from sqlalchemy.orm import sessionmaker

Maker = sessionmaker()


def load():
    session = Maker()
    return session.get(1, 2)
"""
FOUND = "good.py:7:15: SES301"
Check = Callable[..., Result]

# names of files that a run can do without
BESIDE = (
    ".gitignore",
    "requirements.txt",
    "requirements/dev.txt",
    "setup.cfg",
    "Pipfile",
    "Pipfile.lock",
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "pylock.toml",
)


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    """Checks a repository in which ``good.py`` has one finding, beside what a test puts there."""
    monkeypatch.chdir(tmp_path)
    Path("good.py").write_text(GOOD)
    Path(".git/info").mkdir(parents=True)

    def run(*arguments: str, text: str | bytes | None = None) -> Result:
        result = CliRunner().invoke(
            sessionlint, ["check", "--output-format", "concise", "--no-cache", *(arguments or (".",))], input=text
        )
        assert "Traceback" not in result.output
        assert "bug in sessionlint" not in result.output
        return result

    return run


def put(name: str, content: "str | bytes") -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    return path


def pipe(path: Path) -> None:
    os.mkfifo(path)


def link_to_pipe(path: Path) -> None:
    pipe(path.with_name("pipe"))
    path.symlink_to("pipe")


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def door(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind(path.name)


NO_FILES = [
    pytest.param(make, id=make.__name__, marks=pytest.mark.skipif(not there, reason="this system has none"))
    for make, there in (
        (pipe, hasattr(os, "mkfifo")),
        (link_to_pipe, hasattr(os, "mkfifo")),
        (endless, Path("/dev/zero").exists()),
    )
]


# --- kinds of file ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", NO_FILES)
@pytest.mark.parametrize("name", ["odd.py", "odd.pyi"])
def test_what_is_no_regular_file_is_skipped_with_a_note(check: Check, make: Callable[[Path], None], name: str) -> None:
    make(Path(name))
    result = check()
    assert FOUND in result.stdout
    assert f"note: {name}: skipped, not a regular file" in result.stderr
    assert result.exit_code == 1


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="this system has none")
def test_a_socket_is_no_file_to_check(check: Check) -> None:
    door(Path("odd.py"))
    result = check()
    assert FOUND in result.stdout
    assert "odd.py" in result.stderr


@pytest.mark.parametrize("make", NO_FILES)
@pytest.mark.parametrize("name", ["pyproject.toml", "sessionlint.toml"])
def test_a_configuration_that_is_no_regular_file_is_an_error(check: Check, make: Callable[[Path], None], name: str) -> None:
    make(Path(name))
    result = check()
    assert result.exit_code == 2
    assert result.stderr == f"error: {name}: not a regular file\n"


@pytest.mark.parametrize("make", NO_FILES)
@pytest.mark.parametrize("name", [*BESIDE, ".git/info/exclude"])
def test_other_files_that_are_no_regular_ones_are_left_out_with_a_warning(
    check: Check, make: Callable[[Path], None], name: str
) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    make(Path(name))
    result = check()
    assert FOUND in result.stdout
    assert f"warning: {name}: left out, not a regular file\n" in result.stderr
    assert result.exit_code == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has none")
def test_a_pipe_in_place_of_a_work_trees_pointer_is_not_waited_for(check: Check) -> None:
    Path(".git/info").rmdir()
    Path(".git").rmdir()
    pipe(Path(".git"))
    result = check()
    assert FOUND in result.stdout
    assert "warning: .git: left out, not a regular file" in result.stderr


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has none")
def test_an_included_requirements_file_that_never_ends_is_left_out(check: Check) -> None:
    endless(Path("z.txt"))
    put("requirements.txt", "-r z.txt\n-r /dev/zero\nsqlalchemy<2\n")
    assert FOUND in check().stdout


def test_a_link_to_a_regular_file_is_read_as_ever(check: Check) -> None:
    put("elsewhere/rules", '[per-file-ignores]\n"good.py" = ["SES301"]\n')
    Path("sessionlint.toml").symlink_to("elsewhere/rules")
    assert check().exit_code == 0


# --- sizes ------------------------------------------------------------------------------------------------------------


def larger_than(limit: Limit) -> bytes:
    return b"#" * (limit.bytes + 1)


def test_a_source_is_read_up_to_its_limit(check: Check) -> None:
    put("odd.py", b"import sqlalchemy.engine\n".ljust(limits.SOURCE.bytes, b"#"))
    assert "odd.py" not in check().output
    put("odd.py", b"import sqlalchemy.engine\n".ljust(limits.SOURCE.bytes + 1, b"#"))
    result = check()
    assert f"note: odd.py: skipped, larger than {limits.SOURCE.shown}" in result.stderr
    assert FOUND in result.stdout


def test_a_text_from_standard_input_has_the_same_limit(check: Check) -> None:
    result = check("-", text=larger_than(limits.SOURCE))
    assert f"skipped, larger than {limits.SOURCE.shown}" in result.stderr


def test_a_configuration_that_is_too_large_is_an_error(check: Check) -> None:
    put("pyproject.toml", larger_than(limits.CONFIGURATION))
    result = check()
    assert (result.exit_code, result.stderr) == (2, f"error: pyproject.toml: larger than {limits.CONFIGURATION.shown}\n")


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        (".gitignore", limits.IGNORE),
        (".git/info/exclude", limits.IGNORE),
        ("requirements.txt", limits.REQUIREMENTS),
        ("setup.cfg", limits.DECLARATION),
        ("Pipfile", limits.DECLARATION),
        ("Pipfile.lock", limits.PIPFILE_LOCK),
        ("uv.lock", limits.LOCK),
    ],
)
def test_other_files_that_are_too_large_are_left_out_with_a_warning(check: Check, name: str, limit: Limit) -> None:
    put(name, larger_than(limit))
    result = check()
    assert FOUND in result.stdout
    assert result.stderr.count(f"warning: {name}: left out, larger than {limit.shown}\n") == 1


def test_what_is_skipped_is_said_again_by_a_run_that_finds_nothing_changed(check: Check, tmp_path: Path) -> None:
    put("odd.py", larger_than(limits.SOURCE))
    arguments = ["check", "--cache-dir", "kept", "."]
    first, second = (CliRunner().invoke(sessionlint, arguments) for _ in range(2))
    assert "odd.py: skipped, larger" in first.stderr
    assert (second.stdout, second.stderr) == (first.stdout, first.stderr)
    put("odd.py", "")
    assert "odd.py" not in CliRunner().invoke(sessionlint, arguments).output


def test_more_patterns_than_anybody_writes_are_left_out(check: Check) -> None:
    put(".gitignore", "good.py\n" * (limits.IGNORE_PATTERNS + 1))
    result = check()
    assert FOUND in result.stdout
    assert f"warning: .gitignore: left out, more than {limits.IGNORE_PATTERNS:,} patterns\n" in result.stderr


def test_more_configured_patterns_than_anybody_writes_are_an_error(check: Check) -> None:
    names = ", ".join(f'"x{number}"' for number in range(limits.CONFIGURED_PATTERNS + 1))
    put("sessionlint.toml", f"exclude = [{names}]\n")
    result = check()
    assert result.exit_code == 2
    assert "sessionlint.toml:1: exclude: expected at most 1,000 patterns, got 1,001" in result.stderr


def test_a_pattern_that_is_longer_than_anybody_writes_is_refused(check: Check) -> None:
    put(".gitignore", f"good.py\n{'[' * 1_001}\n")
    result = check()
    assert FOUND in result.stdout
    assert "warning: .gitignore: left out, a pattern of more than 1,000 characters\n" in result.stderr
    put("sessionlint.toml", f'extend-exclude = ["{"[" * 1_001}"]\n')
    assert "extend-exclude: expected patterns of at most 1,000 characters" in check().stderr


# --- contents ---------------------------------------------------------------------------------------------------------


NO_TOML = [
    (f"x = {'1' * 5000}\n", "Exceeds the limit"),
    (f"x = {'[' * 100_000}\n", "nested more than 100 deep"),
    (f"x = {'{a=' * 20_000}\n", "nested more than 100 deep"),
    (f"{'a.' * 200_000}b = 1\n", "nested more than 100 deep"),
    ("x = 2024-02-31T25:61:61\n", "invalid TOML"),
    ("x = 0000-01-01\n", "invalid TOML"),
    ("x = 2024-01-01T00:00:00+99:99\n", "invalid TOML"),
    ('x = "\\ud800"\n', "invalid TOML"),
    ("x = 1\0\n", "invalid TOML"),
    (b"x = '\xff'\n", "not UTF-8"),
    ("x = 1\n".encode("utf-16"), "not UTF-8"),
]


@pytest.mark.parametrize(("text", "reason"), NO_TOML)
def test_a_configuration_that_is_no_toml_is_an_error_of_one_line(check: Check, text: "str | bytes", reason: str) -> None:
    put("sessionlint.toml", text)
    result = check()
    assert result.exit_code == 2
    assert result.stderr.startswith("error: sessionlint.toml: ")
    assert reason in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(("text", "reason"), NO_TOML)
def test_a_pyproject_of_others_that_is_no_toml_is_left_out_with_a_warning(check: Check, text: "str | bytes", reason: str) -> None:
    put("pyproject.toml", text)
    result = check()
    assert FOUND in result.stdout
    (line,) = [line for line in result.stderr.splitlines() if line.startswith("warning")]
    assert line.startswith("warning: pyproject.toml: left out, ")
    assert reason in line


@pytest.mark.parametrize(
    "text", ["tool = []\nsessionlint = {}\n", "[[tool]]\n[[tool.sessionlint]]\n", "tool = {sessionlint = {}}\n"]
)
def test_a_tool_that_is_no_table_has_no_table_of_ours(check: Check, text: str) -> None:
    put("pyproject.toml", text)
    result = check()
    assert FOUND in result.stdout
    assert "warning" not in result.stderr


VALUES = (
    "1",
    "0xf" + "f" * 5000,
    "inf",
    "true",
    '"x"',
    "[]",
    "[1]",
    "[[]]",
    "{}",
    "{a = 1}",
    "1979-05-27",
    '["x", 1]',
    "[{}]",
    '"\\u0000"',
)


@pytest.mark.parametrize("value", VALUES)
def test_values_of_every_kind_for_every_key_are_taken_or_refused_in_one_line(check: Check, value: str) -> None:
    from sessionlint.run.settings.settings import OPTIONS, SELECTION

    for key in (*SELECTION, *OPTIONS, "overrides"):
        put("sessionlint.toml", f"{key} = {value}\n")
        result = check("--show-files", ".")
        assert result.exit_code in (0, 2)
        if result.exit_code == 2:
            assert result.stderr.startswith("error: sessionlint.toml:1: ")
            assert result.stderr.count("\n") == 1
            assert len(result.stderr) < 500


DECLARED = (
    "[project]\nrequires-python = {0}\ndependencies = {0}\noptional-dependencies = {0}\n",
    "[project]\ndependencies = [{0}]\n[project.optional-dependencies]\na = {0}\n[dependency-groups]\na = {0}\n",
    "project = {0}\ndependency-groups = {0}\ntool = {0}\n",
    "[tool]\npoetry = {0}\nuv = {0}\npdm = {0}\n",
    "[tool.poetry]\ndependencies = {0}\ngroup = {0}\n[tool.uv]\ndev-dependencies = {0}\n[tool.pdm.dev-dependencies]\na = {0}\n",
    "[tool.poetry.dependencies]\npython = {0}\nsqlalchemy = {0}\nfastapi = [{0}]\n[tool.poetry.group.a]\ndependencies = {0}\n",
    "[tool.poetry.dependencies]\nsqlalchemy = {{version = {0}}}\n",
    "[requires]\npython_version = {0}\n[packages]\nsqlalchemy = {0}\n",
)


@pytest.mark.parametrize("shape", DECLARED)
def test_declarations_of_every_kind_are_understood_or_passed_over(check: Check, shape: str) -> None:
    for value in VALUES:
        put("pyproject.toml", shape.format(value))
        put("Pipfile", shape.format(value))
        assert FOUND in check().stdout


@pytest.mark.parametrize(
    "text",
    ["", "[", "[" * 1_000_000, '{"default": %s}' % ("1" * 5000), '{"default": 1}', '{"default": {"sqlalchemy": {"version": 1}}}'],
)
def test_a_pipfile_lock_can_hold_anything(check: Check, text: str) -> None:
    put("Pipfile.lock", text)
    result = check()
    assert FOUND in result.stdout
    assert ("warning: Pipfile.lock: left out, invalid JSON" in result.stderr) is (text[:1] == "[" or "11" in text)


@pytest.mark.parametrize(
    "text",
    [
        f"sqlalchemy=={'1' * 5000}\n",
        f"sqlalchemy>=1{'.1' * 400}@\n",
        "-r requirements.txt\n-r b.txt\n",
        "".join(f"-r r{number}.txt\n" for number in range(3)),
        b"\xff\xfes\x00q\x00\x00\xd8",
        b"sqlalchemy==\x00\n-r \x00\n",
    ],
)
def test_a_requirements_file_can_hold_anything(check: Check, text: "str | bytes") -> None:
    put("requirements.txt", text)
    put("b.txt", "-r requirements.txt\n")
    assert FOUND in check().stdout


def test_a_long_chain_of_requirements_files_is_followed_to_its_end(check: Check) -> None:
    put("requirements.txt", "-r r0.txt\n")
    for number in range(1500):
        put(f"r{number}.txt", f"-r r{number + 1}.txt\n")
    put("r1500.txt", "sqlalchemy<1.4\n")
    assert "r1500.txt" in check("--show-settings", ".").stdout


def test_a_setup_cfg_that_cannot_be_understood_is_left_out(check: Check) -> None:
    put("setup.cfg", "[options]\npython_requires = >=3.8\nodd\n")
    assert "warning: setup.cfg: left out, line 3 cannot be understood" in check().stderr


def test_a_gitignore_can_hold_anything(check: Check) -> None:
    put(".gitignore", b"[\n!\n/\n\\\n[z-a]\n\xff\xfe*\n**a\n!!\n[[:x:]]\n \\ \n***x\n\0\n")
    result = check()
    assert FOUND in result.stdout
    assert "warning" not in result.stderr


@pytest.mark.parametrize("name", HOSTILE)
def test_an_input_that_would_take_a_careless_reader_minutes_takes_no_time(check: Check, name: str) -> None:
    hostile = HOSTILE[name]
    for file, text in hostile.files(hostile.size).items():
        put(file, text)
    assert check().exit_code in (0, 1, 2)
