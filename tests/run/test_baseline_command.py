"""A baseline through the door: made, honoured, brought up to date, merged by git."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sessionlint.cli import sessionlint
from sessionlint.model.source import Source
from sessionlint.run.errors import UsageError
from sessionlint.run.files.baseline_file import BaselineFile
from sessionlint.sift.identity import Identity

FILE = "sessionlint-baseline.jsonl"
DB = "from sqlalchemy.orm import sessionmaker\n\nSessionLocal = sessionmaker()\n"
USE = """\
from db import SessionLocal


def load(key):
    session = SessionLocal()
    return session.get(int, key)
"""
MORE = USE.replace("load", "store")
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command in a project with one session that is never closed."""
    monkeypatch.chdir(tmp_path)
    Path(".git").mkdir()
    Path("db.py").write_text(DB)
    Path("use.py").write_text(USE)
    return lambda *arguments: CliRunner().invoke(sessionlint, list(arguments))


def _lines() -> list[dict[str, object]]:
    return [json.loads(line) for line in Path(FILE).read_text().splitlines()[1:]]


def test_what_was_there_when_the_baseline_was_made_is_not_reported_and_what_is_new_is(run: Run) -> None:
    created = run("baseline", "create")
    assert (created.exit_code, created.stdout) == (0, "")
    assert created.stderr.startswith(f"1 entry in {FILE}: what they stand for is not reported any more.\n")
    assert _lines() == [{"rule": "SES301", "path": "use.py", "in": "load", "line": "session = SessionLocal()"}]
    known = run("check")
    assert (known.exit_code, known.stdout, known.stderr) == (0, "", "All checks passed! 1 more in the baseline.\n")
    Path("more.py").write_text(MORE)
    new = run("check", "--output-format", "concise")
    assert new.exit_code == 1
    assert new.stdout.startswith("more.py:5:")
    assert new.stderr.startswith("Found 1 finding. 1 more in the baseline.\n")
    assert run("check", "--no-baseline").stderr.startswith("Found 2 findings.\n")


def test_the_second_run_which_remembers_the_first_honours_another_baseline(run: Run) -> None:
    assert run("check").exit_code == 1
    run("baseline", "create")
    assert run("check").exit_code == 0
    Path(FILE).unlink()
    assert run("check").exit_code == 1


def test_entries_that_match_nothing_are_told_and_pruned(run: Run) -> None:
    Path("more.py").write_text(MORE)
    run("baseline", "create")
    Path("more.py").unlink()
    told = "1 entry of the baseline matches nothing any more (`sessionlint baseline prune`).\n"
    assert run("check").stderr == f"All checks passed! 1 more in the baseline.\n{told}"
    assert told not in run("check", "use.py").stderr
    assert told not in run("check", "--select", "SES1").stderr
    shown = run("baseline", "show")
    assert shown.stdout == (
        "stale more.py: SES301 in store: session = SessionLocal()\n      use.py: SES301 in load: session = SessionLocal()\n"
    )
    assert shown.stderr == f"2 entries in {FILE}, 1 stale; 0 new findings.\n"
    assert run("baseline", "prune").stderr == f"{FILE}: 1 removed, 1 kept.\n"
    assert [line["path"] for line in _lines()] == ["use.py"]


def test_an_update_takes_in_what_is_new_and_prunes_and_a_second_one_changes_no_byte(run: Run) -> None:
    run("baseline", "create")
    Path("use.py").unlink()
    Path("more.py").write_text(MORE)
    assert run("baseline", "update").stderr == f"{FILE}: 1 added, 1 removed, 0 kept.\n"
    before = Path(FILE).read_bytes()
    assert run("baseline", "update").stderr == f"{FILE}: 0 added, 0 removed, 1 kept.\n"
    assert Path(FILE).read_bytes() == before


def test_a_prune_writes_down_where_findings_have_moved(run: Run) -> None:
    run("baseline", "create")
    Path("use.py").rename("moved.py")
    assert run("check").exit_code == 0
    run("baseline", "prune")
    assert [line["path"] for line in _lines()] == ["moved.py"]


def test_of_a_file_that_does_not_parse_the_entries_are_kept(run: Run) -> None:
    run("baseline", "create")
    Path("use.py").write_text(f"{USE}\ndef (:\n")
    assert "matches nothing" not in run("check").stderr
    run("baseline", "prune")
    assert [line["path"] for line in _lines()] == ["use.py"]
    assert run("baseline", "show").stdout.startswith("?     use.py: SES301")


def test_fixes_are_made_for_what_is_new_only(run: Run) -> None:
    run("baseline", "create")
    Path("more.py").write_text(MORE)
    run("check", "--fix", "--unsafe-fixes")
    assert Path("use.py").read_text() == USE
    assert "with SessionLocal()" in Path("more.py").read_text()
    run("check", "--fix", "--unsafe-fixes", "--no-baseline")
    assert "with SessionLocal()" in Path("use.py").read_text()


def test_the_baseline_lies_where_the_configuration_or_the_command_line_says(run: Run, tmp_path: Path) -> None:
    Path("sessionlint.toml").write_text('baseline = "ci/old.jsonl"\n')
    missing = "ci/old.jsonl: there is no such file; `sessionlint baseline create` makes it"
    assert run("check").stderr.startswith(f"warning: {missing}\n")
    Path("ci").mkdir()
    assert run("baseline", "create").exit_code == 0
    assert run("check").stderr == "All checks passed! 1 more in the baseline.\n"
    assert run("check", "--isolated").exit_code == 1
    assert run("check", "--baseline", "none.jsonl").stderr == (
        "error: --baseline none.jsonl: there is no such file; `sessionlint baseline create` makes it\n"
    )
    assert run("baseline", "create", "--baseline", "other.jsonl").exit_code == 0
    assert run("check", "--isolated", "--baseline", "other.jsonl").exit_code == 0
    assert Path("other.jsonl").read_bytes() == Path("ci/old.jsonl").read_bytes()


@pytest.mark.parametrize("place", ["../out.jsonl", "/tmp/out.jsonl", ".git/config", "a/../../b", ""])
def test_a_configuration_leads_no_baseline_out_of_the_project(run: Run, place: str) -> None:
    Path("sessionlint.toml").write_text(f"baseline = {json.dumps(place)}\n")
    for command in (("check",), ("baseline", "create")):
        result = run(*command)
        assert result.exit_code == 2
        assert result.stderr.startswith("error: sessionlint.toml:1: baseline: expected a file ")


def test_nothing_is_written_through_a_link_nor_over_what_is_no_baseline(run: Run, tmp_path: Path) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}-outside.jsonl"
    outside.write_text('{"sessionlint-baseline": 1}\n')
    Path(FILE).symlink_to(outside)
    for action in ("create", "update", "prune"):
        assert run("baseline", action).exit_code == 2
    Path(FILE).unlink()
    Path("sessionlint.toml").write_text('baseline = "use.py"\n')
    for action in ("create", "update", "prune", "show"):
        assert run("baseline", action).exit_code == 2
    Path("sessionlint.toml").write_text('baseline = "folder/base.jsonl"\n')
    (tmp_path.parent / f"{tmp_path.name}-folder").mkdir()
    Path("folder").symlink_to(tmp_path.parent / f"{tmp_path.name}-folder")
    assert run("baseline", "create").exit_code == 2
    assert list(Path("folder").iterdir()) == []
    assert (outside.read_text(), Path("use.py").read_text()) == ('{"sessionlint-baseline": 1}\n', USE)


def test_a_baseline_can_be_anything(run: Run) -> None:
    Path(FILE).write_bytes(b"\xff\x00secret\n")
    assert run("check").stderr == f"error: {FILE}: not a baseline of sessionlint\n"
    Path(FILE).unlink()
    Path(FILE).mkdir()
    assert run("check").stderr == f"error: {FILE}: Is a directory\n"
    Path(FILE).rmdir()
    os.mkfifo(FILE)
    assert run("check").stderr == f"error: {FILE}: not a regular file\n"


def test_what_is_there_is_not_made_and_what_is_not_there_is_not_changed(run: Run) -> None:
    for action in ("update", "prune", "show"):
        told = f"error: {FILE}: there is no such file; `sessionlint baseline create` makes it\n"
        assert (run("baseline", action).exit_code, run("baseline", action).stderr) == (2, told)
    run("baseline", "create")
    again = run("baseline", "create")
    told = f"error: {FILE}: is there already; `sessionlint baseline update` brings it up to date\n"
    assert (again.exit_code, again.stderr) == (2, told)


def test_nothing_is_written_where_we_fail_ourselves(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> None:
        raise ZeroDivisionError

    run("baseline", "create")
    before = Path(FILE).read_bytes()
    monkeypatch.setattr("sessionlint.extract.module.extract", failing)
    result = run("baseline", "prune", "--no-cache")
    assert result.exit_code == 2
    assert "nothing was written" in result.stderr
    assert Path(FILE).read_bytes() == before


def test_loose_files_in_a_folder_for_anything_have_no_baseline_but_the_one_that_is_given(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(".git").rmdir()
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    assert run("baseline", "create", "use.py").stderr.startswith(f"error: baseline: {tmp_path} is no project")
    Path(FILE).write_text('{"sessionlint-baseline": 1}\nnot ours\n')
    assert run("check", "use.py", "db.py").stderr.startswith("Found 1 finding.")


def test_an_editor_adds_one_entry(run: Run, tmp_path: Path) -> None:
    file = BaselineFile(tmp_path, tmp_path, FILE, FILE)
    entry = Identity("use.py", "load", "session = SessionLocal()", "SES301")
    assert file.add([entry])
    assert not file.add([entry])
    assert run("check").exit_code == 0
    Path(FILE).write_text(USE)
    with pytest.raises(UsageError):
        file.add([entry])
    assert Source("use.py", Path(FILE).read_text()).text == USE


# --- merges -----------------------------------------------------------------------------------------------------------


def _git(*arguments: str) -> "subprocess.CompletedProcess[str]":
    names = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    return subprocess.run(["git", *names, *arguments], capture_output=True, text=True)


def _branch(run: Run, name: str, *, adds: str, mends: str) -> None:
    _git("checkout", "--quiet", "-b", name, "start")
    Path(adds).write_text(MORE)
    Path(mends).unlink()
    assert run("baseline", "update").exit_code == 0
    _git("add", "--all")
    _git("commit", "--quiet", "--message", name)


@pytest.fixture
def merging(run: Run) -> Run:
    """A repository with findings in seven files, all in the baseline."""
    Path(".git").rmdir()
    for name in ("a", "c", "e", "g", "i", "k"):
        Path(f"{name}.py").write_text(USE)
    _git("init", "--quiet", "--initial-branch", "start")
    run("baseline", "create")
    _git("add", "--all")
    _git("commit", "--quiet", "--message", "start")
    return run


def test_two_branches_that_add_and_mend_in_different_files_merge_without_a_conflict(merging: Run) -> None:
    _branch(merging, "one", adds="b.py", mends="e.py")
    _branch(merging, "two", adds="h.py", mends="use.py")
    assert _git("merge", "--no-edit", "one").returncode == 0
    assert [line["path"] for line in _lines()] == ["a.py", "b.py", "c.py", "g.py", "h.py", "i.py", "k.py"]
    merged = Path(FILE).read_bytes()
    merging("baseline", "update")
    assert Path(FILE).read_bytes() == merged


def test_with_the_line_for_gitattributes_no_two_branches_conflict(merging: Run) -> None:
    Path(".gitattributes").write_text(f"{FILE} merge=union\n")
    _git("add", "--all")
    _git("commit", "--quiet", "--message", "attributes")
    _git("branch", "--force", "start", "HEAD")
    _branch(merging, "one", adds="c1.py", mends="e.py")
    _branch(merging, "two", adds="c2.py", mends="c.py")
    merged = _git("merge", "--no-edit", "one")
    assert merged.returncode == 0, merged.stdout
    assert merging("check").exit_code == 0
    merging("baseline", "prune")
    assert [line["path"] for line in _lines()] == ["a.py", "c1.py", "c2.py", "g.py", "i.py", "k.py", "use.py"]


def test_a_conflict_that_somebody_left_in_the_file_is_told(merging: Run) -> None:
    text = Path(FILE).read_text()
    Path(FILE).write_text(f"{text}<<<<<<< HEAD\n=======\n>>>>>>> one\n")
    told = merging("check").stderr
    assert told == f"error: {FILE}: line 9: a conflict of a merge; keep both sides, then run `sessionlint baseline prune`\n"
