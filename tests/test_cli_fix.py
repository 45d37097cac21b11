"""The options around fixes: what is written, printed where, and the exit code."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sessionlint.cli import sessionlint

DB = """\
from sqlalchemy.orm import Session, sessionmaker

SessionLocal = sessionmaker()


def get_db() -> Session:
    with SessionLocal() as session:
        yield session
"""
OTHER = DB.replace("get_db", "get_other")
USE = """\
from app.db import SessionLocal


def load(key):
    session = SessionLocal()
    return session.get(int, key)
"""
FIXED = (
    ("from sqlalchemy.orm", "from collections.abc import Generator\n\nfrom sqlalchemy.orm"),
    ("-> Session:", "-> Generator[Session, None, None]:"),
)
Run = Callable[..., Result]


def fixed(text: str) -> str:
    for old, new in FIXED:
        text = text.replace(old, new)
    return text


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command in a project with two safe fixes (SES401) and an unsafe one (SES301)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    Path(".git").mkdir()
    Path("app").mkdir()
    for name, text in (("db", DB), ("other", OTHER), ("use", USE)):
        Path(f"app/{name}.py").write_text(text)
    return lambda *arguments, stdin=None: CliRunner().invoke(sessionlint, ["check", *arguments], input=stdin)


def read(name: str) -> str:
    return Path(f"app/{name}.py").read_text()


def test_fix_only_fixes_and_neither_reports_nor_fails_for_what_is_left(run: Run) -> None:
    result = run("--fix-only")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "Fixed 2 findings (1 more with --unsafe-fixes).\n")
    assert (read("db"), read("other"), read("use")) == (fixed(DB), fixed(OTHER), USE)
    again = run("--fix-only", "--exit-non-zero-on-fix")
    assert (again.exit_code, again.stderr) == (0, "No fixes (1 more with --unsafe-fixes).\n")


def test_exit_non_zero_on_fix_fails_for_what_was_fixed(run: Run) -> None:
    assert run("app/other.py", "--fix", "--exit-non-zero-on-fix").exit_code == 1
    assert run("app/other.py", "--fix", "--exit-non-zero-on-fix").exit_code == 0
    assert run("app/db.py", "--fix-only", "--exit-non-zero-on-fix").exit_code == 1
    assert run("--fix", "--unsafe-fixes", "--exit-non-zero-on-fix", "--exit-zero").exit_code == 0


def test_show_fixes_lists_them_by_file_and_rule(run: Run) -> None:
    listed = "- app/db.py:\n    1 x SES401 (provider-annotation)\n- app/other.py:\n    1 x SES401 (provider-annotation)\n"
    would = run("--diff", "--show-fixes")
    assert would.stderr == f"{listed}Would fix 2 findings (1 more with --unsafe-fixes).\n"
    result = run("--fix-only", "--show-fixes")
    assert result.stderr == f"{listed}Fixed 2 findings (1 more with --unsafe-fixes).\n"
    assert run("--fix-only", "--show-fixes").stderr == "No fixes (1 more with --unsafe-fixes).\n"


def test_diff_wins_over_every_way_to_write(run: Run) -> None:
    result = run("--diff", "--fix", "--fix-only", "--unsafe-fixes")
    assert result.exit_code == 1
    assert result.stderr == "Would fix 3 findings.\n"
    assert "+    with SessionLocal() as session:\n" in result.stdout
    assert (read("db"), read("other"), read("use")) == (DB, OTHER, USE)


def test_standard_input_goes_through_fix_only_and_diff(run: Run) -> None:
    stdin = ("-", "--stdin-filename", "app/db.py")
    only = run(*stdin, "--fix-only", stdin=DB)
    assert (only.exit_code, only.stdout, only.stderr) == (0, fixed(DB), "Fixed 1 finding.\n")
    diff = run(*stdin, "--diff", stdin=DB)
    assert diff.exit_code == 1
    assert diff.stdout.startswith("--- app/db.py\n+++ app/db.py\n")
    assert run(*stdin, "--fix-only", "--exit-non-zero-on-fix", stdin=DB).exit_code == 1
    assert read("db") == DB


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--interactive"], "--interactive: there is no terminal to ask on"),
        (["--interactive", "--diff"], "--interactive: not with --diff, which changes nothing"),
        (["--interactive", "-"], "--interactive: not with - (standard input)"),
    ],
)
def test_interactive_refuses_where_it_cannot_ask(run: Run, arguments: list[str], message: str) -> None:
    result = run(*arguments, stdin="")
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"error: {message}\n")


def test_a_file_that_cannot_be_written_is_told_and_holds_back_no_other(run: Run) -> None:
    Path("app/db.py").chmod(0o444)
    result = run("--fix", "--output-format", "concise")
    assert result.exit_code == 2
    assert [line.split()[1] for line in result.stdout.splitlines()] == ["SES401", "SES301"]
    assert result.stderr.startswith(
        "error: app/db.py: read-only; 1 finding was not fixed\nFound 3 findings (1 fixed, 2 remaining)."
    )
    assert (read("db"), read("other")) == (DB, fixed(OTHER))


def test_a_link_that_leads_out_of_the_project_is_analysed_and_left_alone(
    run: Run, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "db.py"
    outside.write_text(DB)
    Path("app/db.py").unlink()
    Path("app/db.py").symlink_to(outside)
    result = run("--fix", "--output-format", "concise")
    assert result.exit_code == 2
    assert [line.split(":")[0] for line in result.stdout.splitlines()] == ["app/db.py", "app/use.py"]
    assert result.stderr.startswith(
        "error: app/db.py: a symlink that leads out of the project; 1 finding was not fixed\n"
        "Found 3 findings (1 fixed, 2 remaining)."
    )
    assert (outside.read_text(), read("other")) == (DB, fixed(OTHER))


def test_a_package_in_a_folder_of_anything_and_everything_is_the_project(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".git").rmdir()
    monkeypatch.setenv("HOME", str(Path.cwd()))
    Path("app/__init__.py").touch()
    Path("app/db.py").rename("db.py")
    Path("app/db.py").symlink_to("../db.py")
    result = run("app", "--fix-only")
    assert result.stderr.startswith("error: app/db.py: a symlink that leads out of the project; 1 finding was not fixed\n")
    assert (read("db"), read("other")) == (DB, fixed(OTHER))


def test_a_link_in_the_project_stays_one_and_the_file_at_its_end_is_fixed(run: Run) -> None:
    Path("kept").mkdir()
    Path("app/db.py").rename("kept/db.txt")
    Path("app/db.py").symlink_to("../kept/db.txt")
    assert run("--fix-only").exit_code == 0
    assert Path("app/db.py").is_symlink()
    assert Path("kept/db.txt").read_text() == fixed(DB)


def test_names_of_one_file_are_all_fixed(run: Run) -> None:
    Path("app/other.py").unlink()
    os.link("app/db.py", "app/other.py")
    assert run("--fix-only").stderr == "Fixed 2 findings (1 more with --unsafe-fixes).\n"
    assert (read("db"), read("other")) == (fixed(DB), fixed(DB))


LIKE_OURS = [
    ".sessionlint-fix.json",
    ".sessionlint-fix.json.tmp",
    *(f".sessionlint-{'0' * 32}-0.{end}" for end in ("new", "old")),
]
ENTRY = {"path": "app/db.py", "new": LIKE_OURS[2], "old": LIKE_OURS[3], "after": [], "before": {}}


@pytest.mark.parametrize("arguments", [["--no-cache"], ["--no-cache", "--fix", "--unsafe-fixes"]])
@pytest.mark.parametrize("text", ["[" * 1_000_000, "1" * 5000, json.dumps([ENTRY]), None])
def test_what_a_checkout_brings_under_names_like_ours_is_neither_read_nor_written(
    run: Run, arguments: list[str], text: str | None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """With no text, links to a file that is precious, and to a device without end."""
    victim = tmp_path_factory.mktemp("outside") / "victim.txt"
    victim.write_text("precious\n")
    for name in LIKE_OURS:
        if text is None:
            Path(name).symlink_to("/dev/zero" if name == LIKE_OURS[0] else victim)
        else:
            Path(name).write_text(text)
    with_them, after = run(*arguments), [read(name) for name in ("db", "other", "use")]
    assert victim.read_text() == "precious\n"
    assert all(Path(name).is_symlink() if text is None else Path(name).read_text() == text for name in LIKE_OURS)
    for name in LIKE_OURS:
        Path(name).unlink()
    for name, content in (("db", DB), ("other", OTHER), ("use", USE)):
        Path(f"app/{name}.py").write_text(content)
    without = run(*arguments)
    assert (with_them.exit_code, with_them.output) == (without.exit_code, without.output)
    assert after == [read(name) for name in ("db", "other", "use")]


KILLED = """
import os, signal, sys
from pathlib import Path

function, name = sys.argv[1:3]
real = getattr(os, function)

def killing(*arguments, **named):
    real(*arguments, **named)
    if Path(str(arguments[-1])).name.endswith(name):
        os.kill(os.getpid(), signal.SIGKILL)

setattr(os, function, killing)
sys.argv[1:] = ["check", "--fix-only", "--no-cache"]
from sessionlint.cli import main
main()
"""


def killed(function: str, name: str) -> None:
    """``--fix`` is killed right after it took a step with a file of that name."""
    done = subprocess.run([sys.executable, "-c", KILLED, function, name], check=False)
    assert done.returncode == -signal.SIGKILL


def files_of_ours() -> list[str]:
    state = Path(os.environ["XDG_STATE_HOME"], "sessionlint")
    return [
        path.name
        for folder in (Path("app"), Path(), state)
        for path in folder.glob("*")
        if path.name.startswith((".sess", "fix-"))
    ]


posix = pytest.mark.skipif(os.name == "nt", reason="no locks, and so no journal")


@posix
def test_what_a_killed_run_leaves_between_two_files_is_told_by_a_check_and_finished_by_a_fix(run: Run) -> None:
    killed("replace", "db.py")
    unfinished = "warning: an earlier --fix was stopped while it replaced files; the next --fix finishes that\n"
    assert run("--no-cache").stderr.startswith(unfinished)
    assert (read("db"), read("other")) == (fixed(DB), OTHER)
    result = run("--fix-only", "--no-cache")
    assert result.stderr.startswith("warning: app/other.py: fixed now; an earlier --fix was stopped before it came to it\n")
    assert (read("db"), read("other")) == (fixed(DB), fixed(OTHER))
    assert files_of_ours() == []


@posix
@pytest.mark.parametrize(
    ("function", "name"), [("replace", ".json"), ("link", ".old"), ("replace", "other.py"), ("unlink", ".old")]
)
@pytest.mark.parametrize("arguments", [[], ["--diff"], ["--fix-only", "app/use.py"]])
def test_what_a_killed_run_leaves_beside_whole_files_is_removed_by_the_next_of_any_kind(
    run: Run, function: str, name: str, arguments: list[str]
) -> None:
    killed(function, name)
    assert files_of_ours()
    before = read("db"), read("other"), read("use")
    assert "an earlier" not in run("--no-cache", *arguments).stderr
    assert files_of_ours() == []
    assert (read("db"), read("other"), read("use")) == before


@pytest.mark.skipif(os.name == "nt", reason="terminals of POSIX")
class TestAtATerminal:
    output: bytes  # what went to standard output

    def answer(self, keys: str, *arguments: str) -> tuple[int, str]:
        """The exit code and what the terminal showed, without colours, when ``keys`` are typed, a line each."""
        import pty

        ours, theirs = pty.openpty()
        command = [sys.executable, "-m", "sessionlint", "check", "--interactive", "--unsafe-fixes", *arguments]
        with subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs) as process:
            os.close(theirs)
            os.write(ours, "".join(f"{key}\n" for key in keys).encode())
            shown = b""
            while piece := _read(ours):
                shown += piece
            assert process.stdout is not None
            self.output = process.stdout.read()
        os.close(ours)
        text = shown.decode().replace("\r\n", "\n")
        assert "\x1b[32m+" in text or not keys
        return process.returncode, re.sub("\x1b\\[[0-9;]*m", "", text)

    def test_yes_and_no_are_done_as_they_are_said(self, run: Run) -> None:
        code, text = self.answer("nyn")
        assert code == 1
        assert (read("db"), read("other"), read("use")) == (DB, fixed(OTHER), USE)
        assert "app/other.py:6:5: SES401 [warning] [*]" in text
        assert "fix (unsafe): " in text
        assert "Found 3 findings (1 fixed, 2 remaining)." in text

    def test_all_makes_the_rest(self, run: Run) -> None:
        code, text = self.answer("na")
        assert (read("db"), read("other")) == (DB, fixed(OTHER))
        assert "with SessionLocal() as session:" in read("use")
        assert "Found 3 findings (2 fixed, 1 remaining)." in text
        assert code == 1

    def test_each_question_says_which_of_how_many_it_is(self, run: Run) -> None:
        _, text = self.answer("nnn")
        assert re.findall(r"\d of \d: Make this fix\?", text) == [f"{number} of 3: Make this fix?" for number in (1, 2, 3)]

    def test_quit_reports_nothing_of_what_is_left(self, run: Run) -> None:
        code, text = self.answer("q")
        assert code == 1
        assert text.count("SES") == 1  # the finding that was asked about
        assert "Found 3 findings." in text
        assert self.output == b""

    def test_quit_keeps_what_was_agreed_to(self, run: Run) -> None:
        _, text = self.answer("yq", "--fix-only")
        assert (read("db"), read("other"), read("use")) == (fixed(DB), OTHER, USE)
        assert text.rstrip().endswith("Fixed 1 finding.")

    def test_the_trace_is_shown_and_a_typing_error_is_no_answer(self, run: Run) -> None:
        _, text = self.answer("nnxtq")
        assert "y, n, a, q or t, please" in text
        assert "\nwhy: " in text
        assert text.count("Make this fix?") == 5

    def test_what_cannot_be_written_is_told_at_once(self, run: Run) -> None:
        Path("app/db.py").chmod(0o444)
        code, text = self.answer("yq")
        assert "warning: app/db.py: read-only; not fixed" in text
        assert code == 2
        assert read("db") == DB


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # what Linux says at the end
        return b""
