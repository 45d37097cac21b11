"""Reports through the door: several at once, and in files."""

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sessionlint.cli import sessionlint
from sessionlint.report.formats import FORMATS

DB = """\
from sqlalchemy.orm import sessionmaker

SessionLocal = sessionmaker()


def load(key):
    session = SessionLocal()
    return session.get(int, key)


def find(key):
    return SessionLocal().get(int, key)  # sessionlint: ignore[SES301] -- the process ends here
"""
Check = Callable[..., Result]
posix = pytest.mark.skipif(os.name == "nt", reason="files of POSIX")


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    """Checks, from a folder in a repository, a file with one finding and one that is suppressed."""
    (tmp_path / ".git").mkdir()
    backend = tmp_path / "back end"
    backend.mkdir()
    (backend / "sessionlint.toml").touch()
    (backend / "db.py").write_text(DB)
    monkeypatch.chdir(backend)
    return lambda *arguments, stdin=None: CliRunner().invoke(sessionlint, ["check", "--no-cache", *arguments], input=stdin)


def test_one_run_writes_several_reports_and_shows_another(check: Check) -> None:
    options = [f"--output-format={name}:{name}.out" for name in FORMATS]
    result = check(*options, "--output-format", "concise")
    assert (result.exit_code, result.stdout) == (1, check("--output-format", "concise").stdout)
    assert result.stdout.startswith("db.py:7:15: SES301 [error] ")
    alone = {name: check("--output-format", name).stdout for name in set(FORMATS) - {"junit"}}  # which has the time of day
    assert {name: Path(f"{name}.out").read_text(encoding="utf-8") for name in alone} == alone
    assert "<testsuites>" in Path("junit.out").read_text(encoding="utf-8")


def test_reports_in_files_alone_leave_standard_output_empty(check: Check) -> None:
    result = check("--output-format", "sarif:out.sarif")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Found 1 finding.\n")
    [run] = json.loads(Path("out.sarif").read_text(encoding="utf-8"))["runs"]
    assert [result.get("suppressions") for result in run["results"]] == [
        None,
        [{"kind": "inSource", "status": "accepted", "justification": "the process ends here"}],
    ]
    assert run["tool"]["driver"]["rules"][0]["help"]["markdown"].startswith("# bare-session")
    assert "## Cases" not in run["tool"]["driver"]["rules"][0]["help"]["markdown"]


def test_paths_are_those_of_the_repository_where_it_is_hosted_and_those_from_here_elsewhere(check: Check) -> None:
    for name, path in {"sarif": '"back%20end/db.py"', "gitlab": '"back end/db.py"', "github": "file=back end/db.py,"}.items():
        assert path in check("--output-format", name).stdout
    assert "sourcepath=back end/db.py;" in check("--output-format", "azure").stdout
    assert '"path": "db.py"' in check("--output-format", "rdjson").stdout
    assert check("--output-format", "pylint").stdout.startswith("db.py:7: [E301(bare-session), ] SES301 ")


@pytest.mark.parametrize("options", [[], ["--statistics"], ["--diff", "--unsafe-fixes"], ["--output-format", "grouped"]])
def test_what_would_be_shown_goes_to_a_file_instead(check: Check, options: list[str]) -> None:
    shown = check(*options).stdout
    assert shown
    result = check(*options, "-o", "out.txt", "--color", "auto")
    assert (result.exit_code, result.stdout) == (1, "")
    assert Path("out.txt").read_text(encoding="utf-8") == shown


def test_a_report_beside_a_diff_and_beside_statistics(check: Check) -> None:
    for option in ("--diff", "--statistics"):
        result = check(option, "--unsafe-fixes", "--output-format", "json:out.json")
        assert result.stdout == check(option, "--unsafe-fixes").stdout != ""
        assert json.loads(Path("out.json").read_text())["version"]


def test_fixed_standard_input_and_a_report_of_the_rest(check: Check) -> None:
    result = check("-", "--stdin-filename", "db.py", "--fix", "-o", "out.txt", "--output-format", "concise", stdin=DB)
    assert result.stdout == DB
    assert Path("out.txt").read_text().startswith("db.py:7:15: SES301 ")
    assert "SES301" not in result.stderr


def test_the_configuration_can_name_a_format_and_no_file(check: Check) -> None:
    Path("sessionlint.toml").write_text('output-format = "concise:out.txt"\n')
    assert check().exit_code == 2
    Path("sessionlint.toml").write_text('output-format = "concise"\n')
    assert check("--output-format", "json:out.json").stdout == ""
    assert check("-o", "out.txt").stdout == ""
    assert Path("out.txt").read_text().startswith("db.py:7:15: ")
    assert not Path("concise").exists()


@posix
def test_a_report_replaces_the_one_before_whole_and_keeps_its_mode(check: Check) -> None:
    before = Path("out.txt")
    before.write_text("x" * 100_000)
    before.chmod(0o600)
    Path("same").hardlink_to(before)
    check("-o", "out.txt")
    assert before.read_text() == check().stdout
    assert stat.S_IMODE(before.stat().st_mode) == 0o600
    assert Path("same").read_text() == "x" * 100_000
    assert sorted(path.name for path in Path().iterdir()) == ["db.py", "out.txt", "same", "sessionlint.toml"]


@posix
def test_a_link_that_a_checkout_brings_leads_no_report_elsewhere(check: Check, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    Path("out.sarif").symlink_to(victim)
    result = check("--output-format", "sarif:out.sarif")
    assert (result.exit_code, result.stderr) == (2, "error: out.sarif: a symlink, which is not followed\n")
    assert victim.read_text() == "precious"


@posix
def test_a_report_can_go_to_a_device(check: Check) -> None:
    assert check("--output-format", "sarif:/dev/null", "--output-format", "concise").exit_code == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_report_that_cannot_be_written_ends_with_2(check: Check) -> None:
    result = check("-o", "/dev/full")
    assert (result.exit_code, result.stderr) == (2, "error: /dev/full: No space left on device\n")
