"""Findings that are hidden, counted or let pass, through the door: suppressions, severities, how many warnings."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sessionlint import __version__
from sessionlint.cli import sessionlint

DB = "from sqlalchemy.orm import sessionmaker\n\nSessionLocal = sessionmaker()\n"
USE = "from db import SessionLocal\n\n\ndef load(key):\n    session = SessionLocal()\n    return session.get(int, key)\n"
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    Path(".git").mkdir()
    Path("db.py").write_text(DB)
    Path("use.py").write_text(USE)
    return lambda *arguments: CliRunner().invoke(sessionlint, list(arguments))


# --- added --------------------------------------------------------------------------------------------------------------


def test_a_comment_is_added_for_each_finding_and_a_second_run_adds_none(run: Run) -> None:
    added = run("check", "--add-suppressions=closed by the framework")
    assert (added.exit_code, added.stdout) == (0, "")
    assert added.stderr == "Suppressions were added to 1 file.\nAll checks passed!\n"
    assert (
        "    session = SessionLocal()  # sessionlint: ignore[SES301] -- closed by the framework\n" in Path("use.py").read_text()
    )
    again = run("check", "--add-suppressions")
    assert again.stderr == "No suppressions were added.\nAll checks passed!\n"
    assert run("check", "--select", "ALL", "--ignore", "SES1").exit_code == 0


def test_without_a_reason_what_follows_is_a_path(run: Run) -> None:
    Path("other.py").write_text(USE)
    run("check", "--add-suppressions", "other.py")
    assert "    session = SessionLocal()  # sessionlint: ignore[SES301]\n" in Path("other.py").read_text()
    assert Path("use.py").read_text() == USE


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (  # a comment of another's is left where it is
            "    session = SessionLocal()  # type: ignore\n",
            "    # sessionlint: ignore[SES301]\n    session = SessionLocal()  # type: ignore\n",
        ),
        (  # a statement of several lines is covered from its end
            "    session = SessionLocal(\n        # why\n    )\n",
            "    session = SessionLocal(\n        # why\n    )  # sessionlint: ignore[SES301]\n",
        ),
        ("    x = 1; session = SessionLocal()\n", "    x = 1; session = SessionLocal()  # sessionlint: ignore[SES301]\n"),
        (
            f"    session = SessionLocal(info={{'x': '{'y' * 80}'}})\n",
            f"    # sessionlint: ignore[SES301]\n    session = SessionLocal(info={{'x': '{'y' * 80}'}})\n",
        ),
        (
            '    session = SessionLocal(info="""\n# no comment""")\n',
            '    session = SessionLocal(info="""\n# no comment""")  # sessionlint: ignore[SES301]\n',
        ),
        (
            "    session = \\\n        SessionLocal()\n",
            "    session = \\\n        SessionLocal()  # sessionlint: ignore[SES301]\n",
        ),
        (  # a comment that has run out is no use
            "    session = SessionLocal()  # sessionlint: ignore[SES301] until=2020-01-01\n",
            "    # sessionlint: ignore[SES301]\n    session = SessionLocal()  # sessionlint: ignore[SES301] until=2020-01-01\n",
        ),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_comment_stands_where_it_covers_the_statement(run: Run, before: str, after: str, newline: str) -> None:
    def text(line: str) -> bytes:
        return USE.replace("    session = SessionLocal()\n", line).replace("\n", newline).encode()

    Path("use.py").write_bytes(text(before))
    assert run("check", "--select", "SES3").exit_code == 1
    run("check", "--add-suppressions", "--select", "SES3")
    assert Path("use.py").read_bytes() == text(after)
    assert run("check", "--select", "SES3").exit_code == 0


def test_findings_in_one_statement_share_a_comment(run: Run) -> None:
    Path("use.py").write_text(
        "from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine\n\n"
        "make = async_sessionmaker(create_async_engine('postgresql+asyncpg://'))\n\n\n"
        "async def f(x):\n    session = make(); y = await make()\n    x.z = session.query(1)\n"
        "    return y, await session.get(int, 1)\n"
    )
    found = json.loads(run("check", "--output-format", "json").stdout)["findings"]
    run("check", "--add-suppressions=one reason")
    assert run("check").exit_code == 0
    lines = {finding["location"]["row"] for finding in found}
    assert Path("use.py").read_text().count("-- one reason") == len(lines)
    assert len(lines) < len(found)


def test_what_is_in_the_baseline_or_about_comments_and_files_gets_no_comment(run: Run) -> None:
    run("baseline", "create")
    Path("use.py").write_text(f"{USE}\n\nx = 1  # noqa: SES301\n")
    result = run("check", "--add-suppressions")
    assert (result.exit_code, Path("use.py").read_text()) == (1, f"{USE}\n\nx = 1  # noqa: SES301\n")
    assert result.stderr.startswith("No suppressions were added.\nFound 1 finding. 1 more in the baseline.\n")


def test_all_files_get_their_comments_or_none(run: Run) -> None:
    Path("other.py").write_text(USE)
    Path("other.py").chmod(0o444)
    Path("latin.py").write_bytes(f"# coding: latin-1\n{USE}".encode("latin-1"))
    told = run("check", "--add-suppressions=because of 世界", "latin.py", "use.py")
    assert (told.exit_code, Path("use.py").read_text()) == (2, USE)
    assert told.stderr == "error: latin.py: its encoding, latin-1, cannot hold '世'; no suppression was added\n"


def test_a_project_that_wants_reasons_gets_them(run: Run) -> None:
    Path("sessionlint.toml").write_text("require-reason = true\n")
    told = "error: --add-suppressions: this project wants a reason: --add-suppressions=REASON\n"
    assert run("check", "--add-suppressions").stderr == told
    assert run("check", "--add-suppressions=one").exit_code == 0


@pytest.mark.parametrize("reason", ["a # b", "a\nb", "a\x1bb"])
def test_a_reason_is_one_line(run: Run, reason: str) -> None:
    result = run("check", f"--add-suppressions={reason}")
    assert (result.exit_code, Path("use.py").read_text()) == (2, USE)


@pytest.mark.parametrize("other", ["--fix", "--diff", "--fix-only", "--interactive", "--staged", "--statistics"])
def test_one_thing_at_a_time(run: Run, other: str) -> None:
    assert run("check", "--add-suppressions", other).stderr == f"error: --add-suppressions: not with {other}\n"
    assert run("check", "--add-suppressions", "-").stderr == "error: --add-suppressions: not with - (standard input)\n"


# --- listed -------------------------------------------------------------------------------------------------------------

COMMENTED = """\
from db import SessionLocal

a = SessionLocal()  # sessionlint: ignore[SES303] -- the framework closes it
b = 1  # noqa: SES301, F401
c = SessionLocal()  # noqa
d = 1  # noqa: F401
e = 1  # sessionlint: ignore[SES112]
f = 1  # sessionlint: ignore[SES301] until=2020-01-01 -- old
g = 1  # sessionlint: ignre
"""


def test_comments_are_listed_with_their_reasons_and_what_they_hide(run: Run) -> None:
    Path("use.py").write_text(COMMENTED)
    result = run("suppressions")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "use.py:3:21: SES303 [used] the framework closes it",
        "use.py:4:8: SES301, F401 [unused] no reason given",
        "use.py:5:21: all rules [used] no reason given",
        "use.py:7:8: SES112 [of rules that are off] no reason given",
        "use.py:8:8: SES301 until 2020-01-01 [expired] old",
        "use.py:9:8: all rules [not understood] unknown directive 'ignre'; did you mean 'ignore'?",
    ]
    assert result.stderr == "6 suppressions: 1 expired, 1 not understood, 1 of rules that are off, 1 unused, 2 used.\n"
    assert len(run("suppressions", "--unused").stdout.splitlines()) == 4
    assert run("suppressions", "db.py").stdout == ""
    listed = json.loads(run("suppressions", "--output-format", "json").stdout)
    assert listed[0] == {
        "filename": "use.py",
        "location": {"row": 3, "column": 21},
        "codes": ["SES303"],
        "file": False,
        "until": None,
        "reason": "the framework closes it",
        "problem": None,
        "state": "used",
        "hides": ["SES303"],
    }


def test_a_second_run_which_remembers_the_first_lists_the_same(run: Run) -> None:
    Path("use.py").write_text(COMMENTED)
    run("check")
    assert run("suppressions").stdout == run("suppressions").stdout != ""


def test_what_is_hidden_is_shown_on_request_with_what_hides_it(run: Run) -> None:
    Path("use.py").write_text(USE.replace("Local()\n", "Local()  # noqa: SES301\n"))
    Path("more.py").write_text(USE)
    run("baseline", "create")
    shown = run("check", "--show-suppressed", "--output-format", "concise")
    more, use = shown.stdout.splitlines()
    assert more.startswith("more.py:5:15: SES301 ")
    assert more.endswith(" [in the baseline]")
    assert use.endswith(" [suppressed at use.py:5: no reason given]")
    assert shown.exit_code == 0
    as_json = run("check", "--show-suppressed", "--output-format", "json")
    assert json.loads(as_json.stdout)["findings"] == []
    assert as_json.stderr.startswith(shown.stdout)


# --- let pass -----------------------------------------------------------------------------------------------------------


def test_severities_are_set_on_the_command_line(run: Run) -> None:
    assert run("check", "--severity-of", "SES301=info").exit_code == 0
    assert run("check", "--severity-of", "SES3=info,bare-session=warning").exit_code == 1
    Path("sessionlint.toml").write_text('[severity]\nSES301 = "info"\n')
    assert run("check").exit_code == 0
    assert run("check", "--severity-of", "SES301=error").exit_code == 1


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("SES301", '--severity-of: expected RULE=LEVEL, got "SES301"'),
        ("SES999=info", '--severity-of: unknown rule "SES999"'),
        ("SES301=bad", '--severity-of: "SES301": expected one of error, warning, info; got "bad"'),
    ],
)
def test_a_wrong_severity_is_told(run: Run, given: str, told: str) -> None:
    assert run("check", "--severity-of", given).stderr == f"error: {told}\n"


def test_some_warnings_pass_and_more_do_not_and_errors_never(run: Run) -> None:
    Path("more.py").write_text(USE)
    mild = ("--severity-of", "SES301=warning")
    assert run("check", *mild).exit_code == 1
    assert run("check", *mild, "--max-warnings", "2").exit_code == 0
    over = run("check", *mild, "--max-warnings", "1")
    assert over.exit_code == 1
    assert over.stderr.splitlines()[-1] == "2 warnings, and max-warnings is 1."
    assert run("check", "--max-warnings", "5").exit_code == 1
    Path("sessionlint.toml").write_text("max-warnings = 2\n")
    assert run("check", *mild).exit_code == 0
    assert run("check", *mild, "--fail-on", "error", "--max-warnings", "0").exit_code == 1
    assert run("check", *mild, "--fail-on", "never", "--max-warnings", "0").exit_code == 0
    assert run("check", *mild, "--exit-zero", "--max-warnings", "0").exit_code == 0


@pytest.mark.parametrize("value", ["-1", "true", "1.5", '"1"'])
def test_a_number_of_warnings_is_a_number(run: Run, value: str) -> None:
    result = run("check", "--config", f"max-warnings = {value}")
    assert result.exit_code == 2
    assert "max-warnings: expected a number from 0 on, got " in result.stderr


def test_files_have_rules_of_their_own(run: Run) -> None:
    Path("scripts").mkdir()
    Path("scripts/a.py").write_text(USE)
    Path("sessionlint.toml").write_text(
        '[[overrides]]\nfiles = ["scripts/*"]\nignore = ["SES301"]\n\n'
        '[[overrides]]\nfiles = ["use.py"]\nseverity = {SES301 = "info"}\n'
    )
    result = run("check", "--output-format", "concise")
    assert (result.exit_code, [line.split(":")[0] for line in result.stdout.splitlines()]) == (0, ["use.py"])
    Path("sessionlint.toml").write_text('ignore = ["ALL"]\n[[overrides]]\nfiles = ["use.py"]\nselect = ["SES301"]\n')
    assert [line.split(":")[0] for line in run("check", "--output-format", "concise").stdout.splitlines()] == ["use.py"]
    Path("sessionlint.toml").write_text('[[overrides]]\nfile = ["use.py"]\n')
    assert run("check").stderr == 'error: sessionlint.toml:2: file: unknown key; did you mean "files"?\n'


def test_a_configuration_for_another_version_says_so_whatever_else_is_in_it(run: Run) -> None:
    Path("sessionlint.toml").write_text('required-version = ">=99"\nfrom-the-future = true\n')
    told = f"error: required-version: this project wants sessionlint >=99, this is {__version__}\n"
    assert run("check").stderr == told
    Path("sessionlint.toml").write_text('required-version = ">=0"\nfrom-the-future = true\n')
    assert run("check").stderr == "error: sessionlint.toml:2: from-the-future: unknown key\n"


# --- the way in ---------------------------------------------------------------------------------------------------------


def test_who_has_many_findings_is_told_how_to_begin(run: Run) -> None:
    functions = "".join(f"\n\ndef load{number}(key):\n    return SessionLocal().get(int, key)\n" for number in range(51))
    Path("use.py").write_text(f"from db import SessionLocal\n{functions}")
    told = run("check").stderr.splitlines()
    assert told[0] == "Found 51 findings."
    assert [line.count("`") > 1 for line in told[-3:]] == [True, True, True]
    assert "`sessionlint baseline create`" in told[-3]
    for quiet in (("-q",), ("--statistics",), ("--output-format", "concise"), ("--diff",)):
        assert "baseline create" not in run("check", *quiet).stderr
    run("baseline", "create")
    assert "baseline create" not in run("check", "--no-baseline").stderr
    Path("use.py").write_text(Path("use.py").read_text().replace("load50", "new"))
    assert "baseline create" not in run("check").stderr
