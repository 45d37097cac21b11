"""``sessionlint fleet fix`` from outside: patches that hold what they promise, and what is told where there is none."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from fleet.shelf import Shelf, finding
from fleet.test_mend import FIXABLE
from fleet.trees import DB, commit, git
from sessionlint.cli import sessionlint


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a repository, a folder without git, a clean one and one that cannot be analysed; the store of a run."""
    folder = tmp_path_factory.mktemp("fleet")
    for name, text in (("repository", FIXABLE), ("folder", FIXABLE), ("clean", ""), ("broken", FIXABLE)):
        (folder / "src" / name).mkdir(parents=True)
        (folder / "src" / name / "db.py").write_text(DB)
        (folder / "src" / name / "use.py").write_text(text)
    (folder / "src/broken/sessionlint.toml").write_text("select = 3\n")
    git(folder / "src/repository", "init", "--quiet")
    commit(folder / "src/repository")
    with pytest.MonkeyPatch.context() as here:
        here.chdir(folder)
        assert _run("run", "src", "--retries", "0").exit_code == 1
    return folder


@pytest.fixture
def here(fleet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, as the current folder."""
    shutil.copytree(fleet, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _run(command: str, *arguments: str) -> Result:
    return CliRunner().invoke(sessionlint, ["fleet", command, *arguments, "--store", "store", "--workers", "1"])


BROKEN = "broken: failed, not analysed: sessionlint.toml:1: select: expected a list of strings, got 3"


def _patches(folder: str = "out") -> dict[str, dict[str, Any]]:
    told = json.loads(Path(folder, "patches.json").read_text(encoding="ascii"))
    return {each["repository"]: each for each in told["patches"]}


def _state(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_each_repository_gets_a_patch_and_stays_as_it_was(here: Path) -> None:
    before = _state(Path("src"))
    told = _run("fix", "-o", "out")
    assert told.stderr.splitlines() == ["2 patches for 2 findings in out; nothing was pushed", BROKEN]
    assert told.exit_code == 1
    assert _state(Path("src")) == before
    patches = _patches()
    assert {name for name, each in patches.items() if each["file"]} == {"repository", "folder"}
    head = git(Path("src/repository"), "rev-parse", "HEAD")
    one = patches["repository"]
    assert (one["commit"], one["fixed"], one["left"]) == (head, {"SES302": 1}, {"with an unsafe fix only": 1})
    assert one["branch"].startswith("sessionlint/close-not-guaranteed-")
    files = {each["file"] for each in patches.values() if each["file"]}
    assert {file.name for file in Path("out").iterdir()} == {"README.md", "patches.json", *files}
    assert "## Could not be fixed (1)" in Path("out/README.md").read_text(encoding="utf-8")


def test_the_patch_says_what_it_does_and_does_it(here: Path) -> None:
    _run("fix", "-o", "out", "-q")
    clone, file = Path("src/repository"), Path("out", _patches()["repository"]["file"]).resolve()
    names = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *names, "-C", str(clone), "am", "--quiet", str(file)], check=True, capture_output=True)
    text = git(clone, "log", "-1", "--format=%B")
    assert text.startswith("Fix SES302 close-not-guaranteed\n\nMade by sessionlint ")
    assert "  More: sessionlint rule SES302\n  * use.py:5: open the session in a `with` block\n" in text
    assert "(at the lines of the patched files)\n  * use.py:11: SES301 bare-session, with an unsafe fix only" in text
    _run("run", "src", "-q", "--retries", "0")
    report = CliRunner().invoke(sessionlint, ["fleet", "report", "--store", "store", "--output-format", "json", "-q"])
    repository = next(each for each in json.loads(report.stdout)["repositories"] if each["repository"] == "repository")
    assert [each["code"] for each in repository["findings"]] == ["SES301"]
    assert [(each["code"], each["age"]) for each in repository["gone"]] == [("SES302", "fixed")]


def test_rules_can_be_chosen_and_what_fails_is_told(here: Path) -> None:
    none = _run("fix", "-o", "none", "--select", "SES301")
    assert none.stderr.splitlines()[0] == "0 patches for 0 findings in none; nothing was pushed"
    assert _run("fix", "-o", "one", "--select", "bare-session", "--unsafe-fixes", "-q").stderr == f"{BROKEN}\n"
    assert [each["fixed"] for each in _patches("one").values()] == [{}, {"SES301": 1}, {"SES301": 1}]
    (Path("src/folder") / "use.py").write_text("")
    late = _run("fix", "-o", "late", "-q")
    changed = "folder: failed, its files have changed since it was analysed: run the fleet again"
    assert (late.exit_code, late.stderr.splitlines()) == (1, [BROKEN, changed])
    assert [bool(each["file"]) for each in _patches("late").values()] == [False, False, True]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["-o", "src"], "error: src: expected a folder that is empty, or none yet"),
        (["-o", "out", "--select", "SES999"], 'error: --select: unknown rule "SES999"'),
        (["-o", "out", "--run", "7"], "error: --run 7: there is no such run"),
    ],
)
def test_what_makes_no_sense_ends_with_2(here: Path, arguments: list[str], complaint: str) -> None:
    told = _run("fix", *arguments)
    assert told.exit_code == 2
    assert told.stderr.startswith(complaint)
    assert not Path("out").exists()


def test_a_run_that_does_not_say_what_it_was_told_has_no_fixes(here: Path) -> None:
    shelf = Shelf(Path("other"))
    shelf.run({"repository": [finding("a")]})
    told = CliRunner().invoke(sessionlint, ["fleet", "fix", "--store", "other", "-o", "out"])
    assert (told.exit_code, told.stderr) == (
        2,
        "error: run 1 does not say what it was told to look for: run the fleet again\n",
    )
