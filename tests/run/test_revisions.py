"""``--since`` and ``--staged``: what a change brought, told by a real git, also where the repository is hostile."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sessionlint.cli import sessionlint
from sessionlint.run import looking
from sessionlint.run.analysis import Analysis
from sessionlint.run.planning import Plan
from sessionlint.run.request import Request
from sessionlint.run.revision.renames import renamed
from sessionlint.run.timings import Timings

DB = "from sqlalchemy.orm import sessionmaker\n\nSessionLocal = sessionmaker()\n"
USE = """\
from db import SessionLocal


def load(key):
    session = SessionLocal()
    return session.get(int, key)
"""
MORE = USE.replace("load", "store")
CLOSED = """\
from db import SessionLocal


def closed(key):
    session = SessionLocal()
    session.close()
"""
ALL_WELL = "All checks passed!"
Run = Callable[..., Result]


def _git(*arguments: str) -> str:
    names = (
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@example.com",
        "-c",
        "commit.gpgsign=false",
        "-c",
        "protocol.file.allow=always",
    )
    return subprocess.run(["git", *names, *arguments], capture_output=True, text=True, check=True).stdout


def _commit(message: str = "more") -> None:
    _git("add", "--all")
    _git("commit", "--quiet", "--allow-empty", "--message", message)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a check in a repository of which the only commit has one session that is never closed."""
    for name in [name for name in os.environ if name.startswith(("GIT_", "PRE_COMMIT"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    Path("db.py").write_text(DB)
    Path("use.py").write_text(USE)
    Path("closed.py").write_text(CLOSED)
    _git("init", "--quiet", "--initial-branch", "main")
    _commit("first")
    return lambda *arguments: CliRunner().invoke(sessionlint, ["check", "--output-format", "concise", *arguments])


def _places(result: Result) -> list[str]:
    assert result.exit_code in (0, 1), result.output
    return [":".join(line.split(":")[:2]) for line in result.stdout.splitlines()]


def test_a_comment_in_a_file_of_old_findings_brings_none(run: Run) -> None:
    Path("use.py").write_text(f"# a comment\n{USE}")
    assert run("use.py", "--since", "HEAD").stderr == f"{ALL_WELL} 1 more was there before.\n"
    _git("add", "use.py")
    assert run("use.py", "--staged").stderr == f"{ALL_WELL} 1 more was there before.\n"
    assert run("use.py").exit_code == 1


def test_what_a_change_of_one_file_brings_in_another_is_reported(run: Run) -> None:
    """The line that is reported did not change; the story behind it did."""
    Path("engine.py").write_text("def SessionLocal():\n    return None\n")
    Path("late.py").write_text(USE.replace("from db", "from engine"))
    _commit()
    assert _places(run("--since", "HEAD")) == []
    Path("engine.py").write_text(DB)
    assert _places(run("--since", "HEAD")) == ["late.py:5"]
    assert _places(run("--since", "HEAD", "engine.py")) == ["late.py:5"]


def test_what_is_staged_is_what_counts(run: Run) -> None:
    Path("more.py").write_text(MORE)
    assert _places(run("--staged")) == []  # not even known to git
    assert _places(run("--since", "HEAD")) == ["more.py:5"]
    _git("add", "more.py")
    Path("more.py").write_text("# mended\n")
    assert _places(run("--staged")) == ["more.py:5"]
    assert _places(run("--since", "HEAD")) == []
    Path("more.py").unlink()
    assert _places(run("--staged")) == ["more.py:5"]


def test_a_removed_close_is_told_where_the_session_is_opened(run: Run) -> None:
    Path("closed.py").write_text(CLOSED.replace("    session.close()\n", ""))
    assert _places(run("--since", "HEAD")) == ["closed.py:5"]


def test_a_file_that_was_renamed_and_edited_keeps_its_past(run: Run) -> None:
    Path("sub").mkdir()
    _git("mv", "use.py", "sub/used.py")
    Path("sub/used.py").write_text(f"import os\n{USE}\n\nprint(os.name)\n")
    _git("add", "--all")
    assert _places(run("--staged")) == []
    Path("sub/used.py").write_text(Path("sub/used.py").read_text() + MORE.partition("\n")[2])
    assert _places(run("--since", "HEAD")) == ["sub/used.py:14"]


def test_a_function_or_class_that_was_renamed_keeps_its_past_and_another_one_does_not(run: Run) -> None:
    method = "class Store:\n    def load(self):\n        session = SessionLocal()\n        return session.get(int, self.key)\n"
    Path("use.py").write_text(f"{USE}\n\n{method}")
    _commit()
    Path("use.py").write_text(f"{USE}\n\n{method}".replace("load(key)", "load_one(key)").replace("class Store", "class Users"))
    assert _places(run("--since", "HEAD")) == []
    other = (
        "def other(a, b):\n    for each in a:\n        print(each)\n    session = SessionLocal()\n    return session.get(a, b)\n"
    )
    Path("use.py").write_text(f"from db import SessionLocal\n\n\n{other}\n\n{method}")
    assert _places(run("--since", "HEAD")) == ["use.py:7"]


def test_a_revision_is_compared_with_where_this_branch_left_it(run: Run) -> None:
    _git("checkout", "--quiet", "-b", "feature")
    Path("more.py").write_text(MORE)
    _commit()
    _git("checkout", "--quiet", "main")
    Path("use.py").write_text("# mended on main\n")
    _commit()
    _git("checkout", "--quiet", "feature")
    assert _places(run("--since", "main")) == ["more.py:5"]
    assert _places(run("--since", "HEAD~1")) == ["more.py:5"]
    assert _places(run("--since", "HEAD")) == []


def test_history_without_a_beginning_in_common_is_compared_itself(run: Run) -> None:
    _git("checkout", "--quiet", "--orphan", "alone")
    Path("more.py").write_text(MORE)
    _commit()
    result = run("--since", "main")
    assert _places(result) == ["more.py:5"]
    assert result.stderr.startswith("warning: --since: where this branch left main is not known")


def test_before_the_first_commit_everything_is_new(run: Run) -> None:
    _git("checkout", "--quiet", "--orphan", "fresh")
    assert _places(run("--staged")) == ["use.py:5"]
    assert run("--since", "HEAD").stderr == 'error: --since: git knows no revision "HEAD"\n'


def test_in_a_merge_what_either_side_had_is_not_new(run: Run) -> None:
    _git("checkout", "--quiet", "-b", "feature")
    Path("db.py").write_text(f"# ours\n{DB}")
    _commit()
    _git("checkout", "--quiet", "main")
    Path("db.py").write_text(f"# theirs\n{DB}")
    Path("more.py").write_text(MORE)
    _commit()
    _git("checkout", "--quiet", "feature")
    with pytest.raises(subprocess.CalledProcessError):
        _git("merge", "main")
    Path("db.py").write_text(f"# both\n{DB}")
    _git("add", "--all")
    assert _places(run("--staged")) == []
    Path("third.py").write_text(USE)
    _git("add", "--all")
    assert _places(run("--staged")) == ["third.py:5"]


def test_a_project_in_a_folder_of_a_repository(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("db.py", "use.py", "closed.py"):
        Path(name).unlink()
    Path("backend").mkdir()
    Path("backend/sessionlint.toml").write_text("")
    Path("backend/db.py").write_text(DB)
    Path("backend/use.py").write_text(USE)
    _commit()
    Path("backend/more.py").write_text(MORE)
    Path("backend/use.py").write_text(f"\n{USE}")
    _git("add", "--all")
    assert _places(run("backend", "--staged")) == ["backend/more.py:5"]
    monkeypatch.chdir("backend")
    assert _places(run("--since", "HEAD")) == ["more.py:5"]


def test_what_is_excluded_now_was_excluded_before(run: Run) -> None:
    Path("sessionlint.toml").write_text('extend-exclude = ["db.py"]\n')
    _git("add", "--all")
    assert _places(run("--staged")) == []
    assert run("--staged", "--show-suppressed").stdout == ""


def test_a_rule_that_is_switched_on_brings_nothing_by_itself(run: Run) -> None:
    Path("sessionlint.toml").write_text('select = ["ALL"]\n')
    assert _places(run("--since", "HEAD")) == []


def test_a_comment_that_goes_brings_the_finding_back(run: Run) -> None:
    Path("use.py").write_text(USE.replace("Local()\n", "Local()  # noqa: SES301\n"))
    _commit()
    Path("use.py").write_text(USE)
    assert _places(run("--since", "HEAD")) == ["use.py:5"]


def test_standard_input_and_the_baseline_go_together_with_a_revision(run: Run) -> None:
    CliRunner().invoke(sessionlint, ["baseline", "create"])
    Path("more.py").write_text(MORE)
    _commit()
    text = f"{MORE}\n\n{CLOSED.replace('    session.close()', '')}"
    stdin = ["check", "--output-format", "concise", "--stdin-filename", "more.py", "--since", "HEAD", "-"]
    assert _places(CliRunner().invoke(sessionlint, stdin, input=text)) == ["more.py:13"]
    assert run("--since", "HEAD").stderr == f"{ALL_WELL} 1 more in the baseline. 1 more was there before.\n"


def test_fixes_are_made_for_what_the_change_brought(run: Run) -> None:
    Path("more.py").write_text(MORE)
    _git("add", "--all")
    assert run("--staged", "--fix", "--unsafe-fixes").exit_code == 0
    assert "with SessionLocal()" in Path("more.py").read_text()
    assert Path("use.py").read_text() == USE


def test_a_file_of_which_only_a_part_is_staged_is_not_fixed(run: Run) -> None:
    Path("more.py").write_text(MORE)
    _git("add", "--all")
    Path("more.py").write_text(f"{MORE}# not staged\n")
    result = run("--staged", "--fix", "--unsafe-fixes")
    assert (result.exit_code, Path("more.py").read_text()) == (2, f"{MORE}# not staged\n")
    assert "more.py: changed since it was read; 1 finding was not fixed" in result.stderr


def test_line_ends_that_git_writes_are_no_change(run: Run) -> None:
    _git("config", "core.autocrlf", "true")
    Path("use.py").write_bytes(f"# a comment\n{USE}".replace("\n", "\r\n").encode())
    Path("more.py").write_bytes(MORE.replace("\n", "\r\n").encode())
    _git("add", "--all")
    assert _places(run("--staged")) == ["more.py:5"]
    assert run("--staged", "--fix", "--unsafe-fixes").exit_code == 0
    assert b"with SessionLocal() as session:\r\n" in Path("more.py").read_bytes()


def test_to_go_on_from_today_finds_what_a_fresh_look_at_the_past_finds(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    again = looking._checked_again
    used: list[str] = []

    def fresh(_: object, __: Analysis, planned: Plan, texts: dict[str, bytes], refused: Mapping[str, str]) -> looking.Result:
        used.append(planned.root.folder.name)
        return looking.checked(Request(), planned, texts, refused, Timings(), past=True)[0]

    Path("engine.py").write_text("def SessionLocal():\n    return None\n")
    Path("late.py").write_text(USE.replace("from db", "from engine"))
    _commit()
    Path("engine.py").write_text(DB)
    Path("closed.py").write_text(CLOSED.replace("    session.close()\n", ""))
    Path("use.py").write_text(f"\n{USE}")
    for change in (
        lambda: None,
        lambda: Path("use.py").rename("moved.py"),
        lambda: Path("db.py").write_text("SessionLocal = None\n"),
    ):
        change()
        monkeypatch.setattr(looking, "_checked_again", again)
        continued = run("--since", "HEAD", "--no-cache", "--show-suppressed")
        monkeypatch.setattr(looking, "_checked_again", fresh)
        assert run("--since", "HEAD", "--no-cache", "--show-suppressed").output == continued.output
        assert continued.stdout
    assert used == ["project"] * 3


def test_links_and_repositories_in_the_project_are_what_they_are_on_disk(run: Run, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "inner.py").write_text(USE)
    subprocess.run(["git", "init", "--quiet"], cwd=other, check=True)
    subprocess.run(["git", "add", "."], cwd=other, check=True)
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "x"], cwd=other, check=True)
    _git("submodule", "--quiet", "add", str(other), "module")
    (tmp_path / "outside.py").write_text(USE)
    Path("link.py").symlink_to(tmp_path / "outside.py")
    _commit()
    Path("use.py").write_text(f"\n{USE}")
    _git("add", "use.py")
    assert _places(run("--staged")) == _places(run("--since", "HEAD")) == []


def test_a_name_that_only_bytes_can_tell_is_found_again(run: Run) -> None:
    name = os.fsdecode(b"\xff \n'\xc3\xbc.py")
    Path(name).write_text(MORE)
    _commit()
    Path(name).write_text(f"\n{MORE}")
    assert _places(run("--since", "HEAD")) == []


@pytest.mark.parametrize("revision", ["--output=x", "-", "nope", "HEAD:use.py", "main..HEAD", "\n", ""])
def test_what_is_no_revision_is_told(run: Run, revision: str) -> None:
    result = run(f"--since={revision}")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("error: --since: git knows no revision ")
    assert len(result.stderr.splitlines()) == 1


def test_outside_of_a_repository_there_is_no_revision(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for option in ("--staged", "--since=HEAD"):
        assert run(option).stderr == f"error: {option.partition('=')[0]}: {tmp_path} is in no repository of git\n"


def test_without_git_the_run_says_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("git").write_text("#!/bin/sh\ntouch ran\n")
    Path("git").chmod(0o755)
    monkeypatch.setenv("PATH", os.pathsep.join(["", ".", str(Path.cwd())]))
    assert run("--since", "HEAD").stderr == "error: git: there is no such program\n"
    assert not Path("ran").exists()


def test_contradictions_are_refused(run: Run) -> None:
    assert run("--since", "HEAD", "--staged").stderr == "error: --since: not with --staged\n"
    assert run("--staged", "-").stderr == "error: --staged: not with - (standard input)\n"
    assert run("--baseline", "x", "--no-baseline").stderr == "error: --baseline: not with --no-baseline\n"


# --- hooks ------------------------------------------------------------------------------------------------------------


def test_in_a_hook_for_all_files_where_nothing_is_staged_all_is_reported(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("--staged", "use.py").stderr.startswith(f"warning: --staged: nothing is staged\n{ALL_WELL}")
    monkeypatch.setenv("PRE_COMMIT", "1")
    assert _places(run("--staged", "use.py")) == ["use.py:5"]


def test_a_hook_that_is_run_from_one_revision_to_another_compares_with_the_first(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("more.py").write_text(MORE)
    _commit()
    monkeypatch.setenv("PRE_COMMIT", "1")
    monkeypatch.setenv("PRE_COMMIT_FROM_REF", "HEAD~1")
    assert _places(run("--staged", "more.py", "use.py")) == ["more.py:5"]


def test_a_commit_of_some_files_is_told_by_the_index_that_git_makes_for_it(run: Run) -> None:
    Path("more.py").write_text(MORE)
    Path("use.py").write_text(f"{USE}\n\n{MORE.partition('def ')[2].join(['def ', ''])}")
    _git("add", "--all")
    hook = Path(".git/hooks/pre-commit")
    hook.parent.mkdir(exist_ok=True)
    program = f"exec {sys.executable} -m sessionlint check --staged --output-format concise --no-cache > said.txt\n"
    hook.write_text(f"#!/bin/sh\n{program}")
    hook.chmod(0o755)
    names = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
    subprocess.run(["git", *names, "commit", "--quiet", "-m", "x", "use.py"], capture_output=True)
    assert [line.partition(" ")[0] for line in Path("said.txt").read_text().splitlines()] == ["use.py:10:15:"]


# --- a hostile repository -----------------------------------------------------------------------------------------------


@pytest.fixture
def trap(run: Run, tmp_path: Path) -> Path:
    """A repository whose configuration, hooks and attributes run a program at every turn; the file that this would leave."""
    ran, program = tmp_path / "ran", tmp_path / "trap"
    program.write_text(f"#!/bin/sh\necho ran >> {ran}\nexit 1\n")
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    Path("more.py").write_text(MORE)
    _git("add", "--all")
    for key in (
        "core.fsmonitor", "core.sshCommand", "core.pager", "core.editor", "core.askPass", "core.gitProxy", "diff.external",
        "core.alternateRefsCommand", "diff.trap.command", "diff.trap.textconv", "filter.trap.clean", "filter.trap.smudge",
        "filter.trap.process", "pager.ls-tree", "pager.cat-file", "pager.rev-parse", "credential.helper", "gpg.program",
        "sequence.editor", "uploadpack.packObjectsHook",
    ):  # fmt: skip
        _git("config", key, str(program))
    for command in ("rev-parse", "ls-tree", "ls-files", "cat-file", "merge-base"):
        _git("config", f"alias.{command}", f"!{program}")
    Path(".git/info").mkdir(exist_ok=True)
    Path(".git/info/attributes").write_text("*.py filter=trap diff=trap\n")
    Path(".git/hooks").mkdir(exist_ok=True)
    for hook in ("post-index-change", "reference-transaction", "fsmonitor-watchman", "pre-commit", "post-checkout"):
        (Path(".git/hooks") / hook).write_bytes(program.read_bytes())
        (Path(".git/hooks") / hook).chmod(0o755)
    return ran


@pytest.mark.parametrize("option", ["--staged", "--since=main"])
def test_nothing_of_a_hostile_repository_is_run(run: Run, trap: Path, option: str) -> None:
    Path("use.py").write_text(f"\n{USE}")
    trap.unlink(missing_ok=True)
    assert _places(run(option)) == ["more.py:5"]
    assert not trap.exists()


def test_the_repository_is_as_hostile_as_it_seems(trap: Path) -> None:
    Path("use.py").write_text(f"\n{USE}")
    trap.unlink(missing_ok=True)
    subprocess.run(["git", "status"], capture_output=True)
    assert trap.exists()


@pytest.mark.parametrize("protocol", ["ext", "ssh", "file"])
def test_what_a_repository_lacks_is_not_fetched(run: Run, trap: Path, tmp_path: Path, protocol: str) -> None:
    """A clone without all contents has git fetch what is missing, by a program that its configuration names."""
    program = trap.with_name("trap")
    urls = {"ext": f"ext::{program}", "ssh": "ssh://nowhere/x", "file": f"file://{tmp_path}"}
    Path("use.py").write_text(f"\n{USE}")
    for key, value in {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.url": urls[protocol],
        "remote.origin.promisor": "true",
        "remote.origin.uploadpack": str(program),
        f"protocol.{protocol}.allow": "always",
    }.items():
        _git("config", key, value)
    blob = _git("rev-parse", "HEAD:use.py").strip()
    trap.unlink(missing_ok=True)
    (Path(".git/objects") / blob[:2] / blob[2:]).unlink()
    result = run("--since", "main")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: git: ")
    assert not trap.exists()
    subprocess.run(["git", "cat-file", "-p", blob], capture_output=True)
    assert trap.exists(), "the repository is less hostile than it seems"


def test_variables_of_git_do_not_count(run: Run, trap: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = str(trap.with_name("trap"))
    for name in ("GIT_EXTERNAL_DIFF", "GIT_PAGER", "GIT_SSH_COMMAND", "GIT_ASKPASS", "GIT_EDITOR"):
        monkeypatch.setenv(name, program)
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_EXEC_PATH", str(trap.parent))
    assert _places(run("--staged")) == ["more.py:5"]
    assert not trap.exists()


def test_a_repository_that_is_part_of_a_checkout_is_not_taken_for_its_own(run: Run, tmp_path: Path) -> None:
    """A `.git` that is a file can name the repository of somebody else."""
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    (checkout / ".git").write_text(f"gitdir: {Path.cwd() / '.git'}\n")
    (checkout / "use.py").write_text(USE)
    result = run("--since", "HEAD", str(checkout))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "leads to a repository that may be another's" in result.stderr


def test_nothing_in_the_repository_is_changed(run: Run) -> None:
    Path("use.py").write_text(f"\n{USE}")
    os.utime("db.py", (1, 1))  # git would write down that it is the same all the same
    before = {path: path.read_bytes() for path in sorted(Path(".git").rglob("*")) if path.is_file()}
    run("--since", "HEAD")
    run("--staged")
    assert {path: path.read_bytes() for path in sorted(Path(".git").rglob("*")) if path.is_file()} == before


def test_a_few_bytes_that_stand_for_very_many_files_are_not_listed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders that are all the same are one object; ten deep, with ten in each, they are more files than anybody can read."""
    monkeypatch.setattr("sessionlint.run.revision.git.MOST_READ", 10_000_000)
    kind, tree = "blob", _git("rev-parse", "HEAD:use.py").strip()
    for _ in range(10):
        entries = "".join(f"{'100644' if kind == 'blob' else '040000'} {kind} {tree}\t{name}.py\n" for name in "abcdefghij")
        tree = subprocess.run(["git", "mktree"], input=entries, capture_output=True, text=True, check=True).stdout.strip()
        kind = "tree"
    commit = _git("commit-tree", "-m", "bomb", "-p", "HEAD", tree).strip()
    _git("update-ref", "refs/heads/bomb", commit)
    _git("update-ref", "refs/heads/main", commit)
    result = run("--since", "bomb")
    assert (result.exit_code, result.stderr) == (2, "error: git: the repository holds more than is read of it\n")


# --- renames ------------------------------------------------------------------------------------------------------------


def test_the_most_alike_is_what_a_file_became_and_each_became_one() -> None:
    text = b"".join(b"line %d\n" % number for number in range(10))
    gone = {"a.py": text, "b.py": text + b"more\n"}
    new = {"c.py": text + b"more\n", "d.py": text.replace(b"line 1\n", b""), "e.py": b"nothing of it\n"}
    assert renamed(gone, new) == {"b.py": "c.py", "a.py": "d.py"}
    assert renamed({"a.py": text}, {"e.py": b"nothing of it\n"}) == {}


def test_of_very_many_files_only_the_same_are_recognised() -> None:
    gone = {f"a{number}.py": b"text %d\n" % number for number in range(200)}
    new = {f"b{number}.py": b"text %d\n" % number for number in range(100)}
    assert renamed(gone, new) == {f"a{number}.py": f"b{number}.py" for number in range(100)}
