"""The command line from outside: what is printed where, and the exit code."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from sessionlint import __version__
from sessionlint.cli import sessionlint
from sessionlint.report.formats import FORMATS

DB = """\
from sqlalchemy.orm import Session, sessionmaker

SessionLocal = sessionmaker()


def get_db() -> Session:
    with SessionLocal() as session:
        yield session
"""
USE = """\
from app.db import SessionLocal


def load(key):
    session = SessionLocal()
    return session.get(int, key)
"""
CLEAN = "from sqlalchemy.orm import Session\n\n\ndef load(session: Session, key):\n    return session.get(int, key)\n"
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    return lambda *arguments, stdin=None: CliRunner().invoke(sessionlint, list(arguments), input=stdin)


def _write(**files: str) -> None:
    for name, text in files.items():
        path = Path(name.replace("__", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.fixture
def project(run: Run) -> Run:
    """A project with a provider that is annotated wrongly (SES401, safe fix) and a session that is never closed (SES301)."""
    Path(".git").mkdir()
    _write(app__db=DB, app__use=USE, other__clean=CLEAN)
    return run


def test_clean_code_exits_with_0_and_prints_nothing_on_stdout(project: Run) -> None:
    result = project("check", "other")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "All checks passed!\n")


def test_findings_exit_with_1_and_the_summary_goes_to_stderr(project: Run) -> None:
    result = project("check", "--output-format", "concise")
    assert result.exit_code == 1
    codes = [line.split()[1] for line in result.stdout.splitlines()]
    assert codes == ["SES401", "SES301"]
    assert result.stderr.startswith("Found 2 findings.\n[*] 1 fixable with --fix")


def test_a_slice_of_the_project_is_reported_and_the_whole_is_known(project: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert project("check", "app/use.py", "--output-format", "concise").stdout.startswith("app/use.py:5:15: SES301 ")
    monkeypatch.chdir("app")
    assert project("check", "use.py", "--output-format", "concise").stdout.startswith("use.py:5:15: SES301 ")


def test_info_is_shown_and_does_not_fail_and_fail_on_moves_the_bar(project: Run) -> None:
    info = ("check", "app/use.py", "--config", 'severity = {SES301 = "info"}')
    assert "SES301" in project(*info).stdout
    assert project(*info).exit_code == 0
    assert project(*info, "--fail-on", "info").exit_code == 1
    assert project("check", "--fail-on", "never").exit_code == 0
    assert project("check", "--exit-zero").exit_code == 0
    assert project("check", "app/db.py", "--select", "SES401", "--fail-on", "error").exit_code == 0


def test_selection_on_the_command_line_wins_over_the_configuration(project: Run) -> None:
    Path("sessionlint.toml").write_text('select = ["SES401"]\noutput-format = "concise"\n')
    assert [line.split()[1] for line in project("check").stdout.splitlines()] == ["SES401"]
    assert [line.split()[1] for line in project("check", "--select", "bare-session").stdout.splitlines()] == ["SES301"]
    assert len(project("check", "--extend-select", "SES301").stdout.splitlines()) == 2
    assert project("check", "--isolated", "--ignore", "SES3,SES4").exit_code == 0
    assert project("check", "--per-file-ignores", "app/*:SES4").exit_code == 0
    assert project("check", "--config", "select = ['SES001']").exit_code == 0


def test_diff_shows_what_would_change_and_changes_nothing(project: Run) -> None:
    result = project("check", "--diff")
    assert result.exit_code == 1
    assert result.stdout.startswith("--- app/db.py\n+++ app/db.py\n@@ -1,8 +1,10 @@\n+from collections.abc import Generator\n")
    assert result.stderr.startswith("Would fix 1 finding")
    assert Path("app/db.py").read_text() == DB
    assert project("check", "--diff", "other").exit_code == 0


def test_fix_writes_and_reports_what_remains_and_a_second_run_changes_nothing(project: Run) -> None:
    result = project("check", "--fix", "--output-format", "concise")
    assert result.exit_code == 1
    assert [line.split()[1] for line in result.stdout.splitlines()] == ["SES301"]
    assert result.stderr.startswith("Found 2 findings (1 fixed, 1 remaining).")
    fixed = Path("app/db.py").read_text()
    assert "-> Generator[Session, None, None]:" in fixed
    assert Path("app/use.py").read_text() == USE
    project("check", "--fix")
    assert Path("app/db.py").read_text() == fixed
    assert project("check", "--fix", "--unsafe-fixes").exit_code == 0
    assert "with SessionLocal() as session:" in Path("app/use.py").read_text()


def test_fixing_a_file_leaves_the_others_alone(project: Run) -> None:
    project("check", "app/use.py", "--fix")
    assert Path("app/db.py").read_text() == DB


def test_two_projects_at_once_share_one_root_and_a_warning_names_the_configurations_that_do_not_count(project: Run) -> None:
    Path("app/sessionlint.toml").write_text('select = ["SES401"]\n')
    result = project("check", "app", "other", "--output-format", "concise")
    assert len(result.stdout.splitlines()) == 2
    assert result.stderr.startswith("warning: app/sessionlint.toml: not used, the project's root is ")
    alone = project("check", "app", "--output-format", "concise")
    assert len(alone.stdout.splitlines()) == 1
    assert "warning" not in alone.stderr


def test_standard_input_is_checked_in_the_place_of_its_file(project: Run) -> None:
    result = project("check", "-", "--stdin-filename", "app/new.py", "--output-format", "concise", stdin=USE)
    assert result.stdout.startswith("app/new.py:5:15: SES301 ")
    assert result.exit_code == 1
    assert project("check", "-", "--stdin-filename", "app/use.py", stdin=CLEAN).exit_code == 0


def test_standard_input_is_fixed_to_standard_output_and_findings_go_to_stderr(project: Run) -> None:
    result = project("check", "-", "--stdin-filename", "app/db.py", "--fix", "--output-format", "concise", stdin=DB)
    assert result.stdout == DB.replace(
        "from sqlalchemy.orm", "from collections.abc import Generator\n\nfrom sqlalchemy.orm"
    ).replace("-> Session:", "-> Generator[Session, None, None]:")
    assert Path("app/db.py").read_text() == DB
    unfixed = project("check", "-", "--stdin-filename", "app/use.py", "--fix", "--output-format", "concise", stdin=USE)
    assert unfixed.stdout == USE
    assert "SES301" in unfixed.stderr


def test_standard_input_without_a_name_is_a_file_of_this_folder(project: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    result = project("check", "-", "--output-format", "concise", stdin="# new\n" + USE)
    assert result.stdout.startswith("-:6:15: SES301 ")
    monkeypatch.chdir("app")
    result = project("check", "-", "--output-format", "concise", stdin=USE.replace("app.db", ".db") + "\n")
    assert result.stdout.startswith("-:5:15: SES301 ")


def test_standard_input_without_a_name_that_a_file_holds_is_that_file(project: Run) -> None:
    _write(app__api="from fastapi import Depends\nfrom app.db import get_db\n\n\ndef read(db=Depends(get_db)): ...\n")
    result = project("check", "-", "--output-format", "concise", stdin=DB)
    assert result.stdout.splitlines()[0].startswith("-:6:5: SES401 ")
    fixed = project("check", "-", "--fix", stdin=DB)
    assert "-> Generator[Session, None, None]:" in fixed.stdout
    assert Path("app/db.py").read_text() == DB
    alone = project("check", "app/db.py", "--output-format", "json")
    piped = project("check", "-", "--output-format", "json", stdin=DB)
    assert json.loads(piped.stdout.replace('"-"', '"app/db.py"')) == json.loads(alone.stdout)


def test_standard_input_without_a_name_is_the_one_here_of_several_that_hold_it(
    project: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Elsewhere nobody knows which is meant, so it is one more."""
    _write(copy__use=USE)
    shown = ("check", "-", "--output-format", "json")
    assert json.loads(project(*shown, stdin=USE).stdout)["findings"][0]["filename"] == "-"
    monkeypatch.chdir("copy")
    assert json.loads(project(*shown, stdin=USE).stdout)["findings"][0]["filename"] == "-"
    fixed = project("check", "-", "--fix", "--unsafe-fixes", stdin=USE).stdout
    assert "with SessionLocal() as session:" in fixed
    assert Path("use.py").read_text() == USE


@pytest.mark.parametrize("name", ["README.txt", "Makefile", "data.json", "page.py.j2", "nested/x.ipynb"])
def test_what_is_no_python_file_is_said_and_not_checked(project: Run, name: str) -> None:
    Path(name).parent.mkdir(exist_ok=True)
    Path(name).write_text(USE)
    why = "a notebook, and notebooks are not checked" if name.endswith("ipynb") else "not a Python file"
    skipped = f"note: {name}: skipped, {why}\n"
    alone = project("check", name, "--exit-zero")
    told = "error: nothing was checked: no Python file was given\n"
    assert (alone.exit_code, alone.stdout, alone.stderr) == (2, "", skipped + told)
    beside = project("check", name, "other/clean.py")
    assert (beside.exit_code, beside.stderr) == (0, f"{skipped}All checks passed! 1 file skipped.\n")
    report = json.loads(project("check", name, "other", "--output-format", "json").stdout)
    assert report["skipped"] == [{"filename": name, "reason": why}]
    assert project("check", name, "other", "--show-files").stdout == "other/clean.py\n"
    typed = project("check", "-", "--stdin-filename", name, "--fix", stdin=USE)
    assert (typed.exit_code, typed.stdout, typed.stderr) == (2, USE, skipped + told)


@pytest.mark.parametrize(
    ("name", "first"), [("manage", "#!/usr/bin/env python3\n"), ("run", "#!/usr/bin/env -S uv run\n"), ("app.wsgi", "")]
)
def test_what_python_runs_is_python_whatever_its_name(project: Run, name: str, first: str) -> None:
    Path(name).write_text(first + USE)
    assert project("check", name, "--output-format", "concise").stdout.startswith(f"{name}:{5 + bool(first)}:15: SES301 ")


def test_excluded_standard_input_is_passed_through_with_force_exclude(project: Run) -> None:
    arguments = ("check", "-", "--stdin-filename", "app/db.py", "--fix", "--force-exclude", "--exclude", "app")
    result = project(*arguments, stdin=DB)
    assert (result.exit_code, result.stdout) == (0, DB)


def test_statistics_count_instead_of_showing(project: Run) -> None:
    lines = project("check", "--statistics").stdout.splitlines()
    assert sorted(line.split()[1] for line in lines) == ["SES301", "SES401"]


def test_quiet_prints_results_only_and_verbose_counts_files(project: Run) -> None:
    assert project("check", "other", "-q").stderr == ""
    assert "Checked 1 file.\n" in project("check", "other", "-v").stderr


def test_json_goes_to_stdout_alone(project: Run) -> None:
    found = json.loads(project("check", "app/use.py", "--output-format", "json").stdout)
    assert [one["code"] for one in found["findings"]] == ["SES301"]


def test_show_files_lists_what_would_be_checked_in_scope(project: Run) -> None:
    assert project("check", "app", "--show-files").stdout == "app/db.py\napp/use.py\n"


def test_show_settings_tells_values_and_where_versions_were_read(project: Run) -> None:
    Path("pyproject.toml").write_text('[project]\ndependencies = ["sqlalchemy<2"]\n[tool.sessionlint]\nfail-on = "error"\n')
    text = project("check", "--show-settings").stdout
    assert "# configuration: pyproject.toml\n" in text
    assert 'fail-on = "error"  # pyproject.toml:4\n' in text
    assert "sqlalchemy 1.4, fastapi newest" in text
    assert "#   sqlalchemy <2  # pyproject.toml\n" in text
    Path("uv.lock").write_text('[[package]]\nname = "sqlalchemy"\nversion = "2.0.30"\n')
    locked = project("check", "--show-settings").stdout
    assert "sqlalchemy 2.0, fastapi newest" in locked
    assert "#   sqlalchemy <2  # pyproject.toml\n#   sqlalchemy ==2.0.30  # uv.lock, locked\n" in locked


def test_show_settings_tells_where_each_value_comes_from(project: Run) -> None:
    Path("sessionlint.toml").write_text(
        'ignore = ["SES1"]\nextend-exclude = ["a"]\nfail-on = "info"\n[[overrides]]\nfiles = ["x"]\nignore = ["SES2"]\n'
    )
    options = ("--extend-exclude", "b", "--select", "SES401", "--config", "require-reason = true")
    lines = project("check", "--show-settings", *options).stdout.splitlines()
    assert "# configuration: sessionlint.toml, require-reason = true" in lines
    assert 'select = ["SES401"]  # sessionlint.toml:1: ignore, --select' in lines
    assert 'extend-exclude = ["a", "b"]  # sessionlint.toml:2, --extend-exclude' in lines
    assert 'fail-on = "info"  # sessionlint.toml:3' in lines
    assert "require-reason = true  # --config 'require-reason = true'" in lines
    assert "force-exclude = false  # default" in lines
    assert lines[lines.index("[[overrides]]  # sessionlint.toml:4") + 1] == 'files = ["x"]'


def test_colour_is_used_when_asked_for(project: Run) -> None:
    assert "\x1b[" in project("check", "app/use.py", "--color", "always").stdout
    assert "\x1b[" not in project("check", "app/use.py", "--color", "never").stdout


def test_the_vocabulary_of_a_project_is_checked_and_shown(project: Run) -> None:
    words = 'session-factories = ["app.db.SessionLocal", "async company.db.make"]'
    shown = project("check", "--config", words, "--config", 'session-provider = "app.db.get_db"', "--show-settings").stdout
    assert 'session-factories = ["app.db.SessionLocal", "async company.db.make"]' in shown
    assert 'session-provider = "app.db.get_db"' in shown
    Path("sessionlint.toml").write_text('session-provider = "app.db.get_db"\n')
    result = project("check")
    said = "`get_db` is a generator function, which `with` cannot enter: decorate it with `@contextlib.contextmanager`"
    assert (result.exit_code, result.stderr) == (2, f"error: sessionlint.toml:1: session-provider: {said}\n")
    Path("app/scope.py").write_text(
        "from contextlib import contextmanager\n@contextmanager\ndef scope(tenant):\n    yield tenant\n"
    )
    Path("sessionlint.toml").write_text('session-provider = "app.scope.scope"\n')
    result = project("check")
    said = '"app.scope.scope" is no context manager that gives a session and can be called without arguments'
    assert (result.exit_code, result.stderr) == (2, f"error: sessionlint.toml:1: session-provider: {said}\n")
    Path("sessionlint.toml").write_text('session-provider-commits = "yes"\n')
    result = project("check")
    said = 'session-provider-commits: expected one of refused, accepted; got "yes"'
    assert (result.exit_code, result.stderr) == (2, f"error: sessionlint.toml:1: {said}\n")
    Path("sessionlint.toml").write_text('session-factories = [\n  "app.db.SesionLocal",\n]\n')
    result = project("check")
    said = 'session-factories: "app.db.SesionLocal": app/db.py has no "SesionLocal"; did you mean "SessionLocal"?'
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"error: sessionlint.toml:2: {said}\n")


def test_rule_shows_pages_by_code_name_or_prefix(run: Run) -> None:
    assert run("rule", "SES002").stdout.startswith("unused-suppression (SES002)")
    assert run("rule", "unused-suppression").stdout == run("rule", "ses002").stdout
    every = json.loads(run("rule", "--all", "--output-format", "json").stdout)
    assert {"SES001", "SES101", "SES201", "SES301", "SES302", "SES303", "SES401"} <= {rule["code"] for rule in every}
    own = json.loads(run("rule", "SES00", "--output-format", "json").stdout)
    assert [rule["code"] for rule in own] == ["SES001", "SES002", "SES003", "SES004", "SES005", "SES006"]


TRACEBACK = """\
Traceback (most recent call last):
  File "/srv/app/worker.py", line 31, in main
    session = next(get_session())
sqlalchemy.exc.TimeoutError: QueuePool limit of size 2 overflow 0 reached, connection timed out, timeout 30.00
"""


def test_rule_finds_the_rules_behind_an_error_text(run: Run) -> None:
    result = run("rule", "QueuePool limit of size 5 overflow 10 reached")
    assert result.exit_code == 0
    listed = [line for line in result.stdout.splitlines() if line[:1].isdigit()]
    assert listed[1].startswith("1. SES301 bare-session (error): An unclosed session")
    assert [line[:1] for line in listed[1:6]] == ["1", "2", "3", "4", "5"]
    assert listed[6].startswith(f"{int(listed[0].split()[0]) - 5} more: SES")
    assert run("rule", "QueuePool", "limit", "of", "size", "5", "overflow", "10", "reached").stdout == result.stdout


def test_rule_reads_a_traceback_from_standard_input(run: Run) -> None:
    result = run("rule", "-", "--output-format", "json", stdin=TRACEBACK)
    found = json.loads(result.stdout)
    assert (found[0]["code"], found[0]["hint"]) == ("SES507", "next(")
    assert {"SES301", "SES302"} <= {rule["code"] for rule in found}
    assert [rule["score"] for rule in found] == sorted((rule["score"] for rule in found), reverse=True)
    assert run("rule", stdin=TRACEBACK).stdout.count("SES507 manual-provider-iteration") == 1


def test_version_is_told(run: Run) -> None:
    assert run("version").stdout == run("--version").stdout == f"sessionlint {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "nope.py"], "nope.py: no such file or folder"),
        (["check", "--select", "SES3001"], '--select: unknown rule "SES3001"; did you mean "SES301"?'),
        (["check", "--ignore", "bare-sesion"], '--ignore: unknown rule "bare-sesion"; did you mean "bare-session"?'),
        (["check", "--per-file-ignores", "tests/*:FOO"], '--per-file-ignores: unknown rule "FOO"'),
        (
            ["check", "--output-format", "json", "--output-format", "full"],
            "--output-format: json and full cannot go to one place; name a file, as in full:FILE",
        ),
        (["check", "--output-format", "json:"], '--output-format: expected FORMAT or FORMAT:FILE, got "json:"'),
        (
            ["check", "--output-format", "jsn:x"],
            f'--output-format: expected one of {", ".join(FORMATS)}; got "jsn"; did you mean "json"?',
        ),
        (["check", "--output-format", "json:x", "-o", "y"], "-o y: each --output-format has a file of its own"),
        (["check", "--output-format", "json:x", "--output-format", "full:x"], "x: two reports cannot go to one file"),
        (["check", "--output-format", "json:x/y"], "x/y: the folder for the report does not exist"),
        (["check", "-o", "."], ".: a folder; a report needs the name of a file"),
        (["check", "-o", "a.py"], "a.py: a report does not replace source code"),
        (
            ["check", "--fix-only", "-o", "x"],
            "--fix-only: reports nothing, so there is nothing to write to a file",
        ),
        (["check", "--per-file-ignores", "SES301"], '--per-file-ignores: expected PATTERN:RULES, got "SES301"'),
        (
            ["check", "--output-format", "jsn"],
            f'--output-format: expected one of {", ".join(FORMATS)}; got "jsn"; did you mean "json"?',
        ),
        (["check", "--config", "selct=[]"], "--config 'selct=[]': selct: unknown key; did you mean \"select\"?"),
        (["check", "--config", "nope.toml"], "nope.toml: No such file or directory"),
        (["check", "--project-root", "nope"], "--project-root nope: no such folder"),
        (
            ["check", "--fail-on", "errors"],
            '--fail-on: expected one of error, warning, info, never; got "errors"; did you mean "error"?',
        ),
        (["check", "--stdin-filename", "a.py"], "--stdin-filename: only with - (standard input)"),
        (["check", "-", "a.py"], "-: standard input cannot be checked together with other paths"),
        (["rule", "SES3O1"], 'rule: unknown rule "SES3O1"; did you mean "SES301"?'),
        (["rule"], "rule: give a code, a name or a prefix, an error text, a traceback on standard input, or --all"),
        (["rule", "-"], "rule: give a code, a name or a prefix, an error text, a traceback on standard input, or --all"),
        (["rule", "SES301", "nonsense"], 'rule: unknown rule "nonsense"'),
        (
            ["rule", "the queue pool size limit was reached"],
            'rule: no rule knows the error "the queue pool size limit was reached"; did you mean '
            '"QueuePool limit of size 5 overflow 10 reached, connection timed out"?',
        ),
        (
            ["rule", "cannot open file x"],
            'rule: no rule knows the error "cannot open file x"; the line with the error\'s own words is the one to give',
        ),
        (["chekc"], 'unknown command "chekc"; did you mean "check"?'),
        (
            ["check", "--config", "required-version = '>=99'"],
            f"required-version: this project wants sessionlint >=99, this is {__version__}",
        ),
    ],
)
def test_a_mistake_is_one_line_on_stderr_and_exit_code_2(run: Run, arguments: list[str], message: str) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"error: {message}\n")


def test_a_mistake_in_a_configuration_file_names_its_line(run: Run) -> None:
    Path("pyproject.toml").write_text('[tool.ruff]\nselect = ["E"]\n[tool.sessionlint]\nignore = [\n  "SES999",\n]\n')
    result = run("check")
    assert (result.exit_code, result.stderr) == (2, 'error: pyproject.toml:5: ignore: unknown rule "SES999"\n')


def test_a_project_without_sqlalchemy_is_told_so(run: Run) -> None:
    _write(a="import requests\n")
    without = "note: no file of this project imports SQLAlchemy: there is nothing that sessionlint looks for\n"
    assert run("check").stderr == f"{without}All checks passed!\n"
    assert run("check", "-q").stderr == ""
    _write(b="def f():\n    from flask_sqlalchemy import SQLAlchemy\n")
    assert run("check", "a.py").stderr == "All checks passed!\n"


def test_names_that_give_sessions_and_cannot_be_followed_are_told(run: Run) -> None:
    _write(
        app__a="from sqlalchemy import select\nfrom company.db import SessionLocal as Local, get_db, Base\n",
        app__b="from .made import make_session\nfrom company.db import get_db\nfrom app.c import open_session\n",
        app__c="from requests import new_session\nfrom sqlalchemy.orm import sessionmaker\n\ndef open_session(): ...\n",
    )
    where = "imported from where sessionlint cannot look"
    help_ = "what gives sessions can be named in session-factories or session-providers"
    told = f"note: 3 names are {where}: .made.make_session, company.db.SessionLocal, company.db.get_db; {help_}\n"
    assert run("check").stderr == f"{told}All checks passed!\n"
    assert run("check").stderr == f"{told}All checks passed!\n"  # from the cache
    assert "2 names are" in run("check", "app/a.py").stderr
    Path("sessionlint.toml").write_text('session-factories = ["company.db.SessionLocal", "app.made.make_session"]\n')
    assert run("check").stderr.startswith(f"note: 1 name is {where}: company.db.get_db; ")


def test_settings_that_do_nothing_are_warned_of(project: Run) -> None:
    Path("sessionlint.toml").write_text('src = ["nope"]\n[per-file-ignores]\n"app\\\\*" = ["SES301"]\n')
    assert project("check", "other").stderr == (
        'warning: sessionlint.toml:1: src: "nope": the project has no such folder\n'
        'warning: sessionlint.toml:3: per-file-ignores: "app\\*": matches nothing; folders are separated by "/" on all systems\n'
        "All checks passed!\n"
    )


def test_source_is_cut_to_a_width_that_is_known_and_to_none_otherwise(project: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """What changes is seen in both lines, whatever the width."""
    long = "a_name_that_takes_half_of_the_width_of_a_terminal"
    _write(
        app__lazy=f"""\
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

{long} = async_sessionmaker(class_=AsyncSession, autoflush=False, info={{"why": "a long line"}})


async def load(key):
    async with {long}() as session:
        found = await session.get(int, key)
        await session.commit()
        return found.name
"""
    )
    arguments = ("check", "app/lazy.py", "--select", "SES203")
    monkeypatch.setenv("COLUMNS", "80")
    narrow = project(*arguments).stdout.splitlines()
    assert max(map(len, narrow)) <= 80
    assert [line for line in narrow if line.startswith("3 | + ...") and line.endswith('"a long line"}, expire_on_commit=False)')]
    assert [line for line in narrow if line.startswith("  | - ...") and line.endswith('"a long line"})')]
    monkeypatch.setenv("COLUMNS", "200")
    wide = project(*arguments).stdout
    monkeypatch.delenv("COLUMNS")
    whole = project(*arguments).stdout
    for text in (wide, whole):
        assert f"+ {long} = async_sessionmaker(" in text
    assert any(len(line) > 80 for line in wide.splitlines() if line.startswith("SES203"))
    assert not any(len(line) > 80 for line in whole.splitlines() if line.startswith("SES203"))


def test_a_path_in_the_place_of_a_command_gets_a_hint(run: Run) -> None:
    Path("src").mkdir()
    assert run("src").stderr == 'error: unknown command "src"; did you mean "check src"?\n'


def test_no_command_shows_help_and_exits_with_2(run: Run) -> None:
    result = run()
    assert result.exit_code == 2
    assert "check" in result.stderr


def test_the_options_of_check_are_listed_by_what_they_are_for(run: Run) -> None:
    text = run("check", "--help").stdout
    headings = [line for line in text.splitlines() if line.endswith(":") and not line.startswith((" ", "Usage"))]
    assert headings[:2] == ["Rules:", "What is shown:"]
    assert headings[-1] == "Other options:"
    sections = dict(
        zip(headings, re.split("|".join(f"^{heading}$" for heading in headings), text, flags=re.MULTILINE)[1:], strict=True)
    )
    assert "--extend-select RULES" in sections["Rules:"]
    assert "--unsafe-fixes" in sections["Fixes:"]
    assert sections["Other options:"].split()[:2] == ["-h,", "--help"]
    listed = [option for option in sessionlint.commands["check"].params if isinstance(option, click.Option)]
    assert [option.opts for option in listed if not any(opt in text for opt in option.opts)] == []


def test_our_own_failure_is_told_as_such(project: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("sessionlint.run.pipeline.check", failing)
    result = project("check")
    assert result.exit_code == 2
    assert "ZeroDivisionError: oops" in result.stderr
    assert "a bug in sessionlint" in result.stderr
