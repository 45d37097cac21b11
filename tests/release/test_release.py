"""What a release consists of, as far as it can be looked at without building it; ``python -m release check`` builds it."""

import re
import shutil
import subprocess
from pathlib import Path
from zipfile import ZipFile

import pytest
from click.testing import CliRunner

from release import address, distributions, version
from release.distributions import WrongError, check_contents
from release.mirror import HOOKS, lay_out
from release.notes import section
from sessionlint import __version__

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted([*ROOT.glob(".github/workflows/*.yml"), *ROOT.glob("release/mirror/.github/workflows/*.yml")])
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
KINDS = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_version_stands_in_one_place() -> None:
    project = _read("pyproject.toml").partition("[project]")[2].partition("\n[")[0]
    assert 'dynamic = ["version", ' in project
    assert not re.search(r"^version\b", project, re.MULTILINE)
    said = [path for path in (ROOT / "src").rglob("*.py") if f'"{__version__}"' in path.read_text(encoding="utf-8")]
    assert [path.relative_to(ROOT).as_posix() for path in said] == [
        "src/sessionlint/__init__.py",
        "src/sessionlint/model/finding.py",  # the release that first had a rule
    ]


@pytest.mark.parametrize(
    ("tags", "changelog", "wrong"),
    [
        ("", "Unreleased", None),
        ("", __version__, None),
        ("", "0.0.9", "begins with 0.0.9"),
        (f"v{__version__}", __version__, None),
        (f"v{__version__}", "Unreleased", "begins with Unreleased"),
        ("v99.0.0", "Unreleased", "is tagged v99.0.0"),
        ("some-other-tag", "Unreleased", None),
    ],
)
def test_tag_and_changelog_say_the_version(
    tags: str, changelog: str, wrong: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "CHANGELOG.md").write_text(f"# Changelog\n\n## {changelog}\n\n### Added\n\n- A rule.\n")
    monkeypatch.setattr(version, "ROOT", tmp_path)
    monkeypatch.setattr(version, "_git", lambda *_: f"{tags}\n")
    if wrong is None:
        assert version.check_version() == __version__
    else:
        with pytest.raises(WrongError, match=wrong):
            version.check_version()


def test_the_changelog_is_kept_as_one() -> None:
    """https://keepachangelog.com: releases, newest first, each with its changes by kind."""
    for part in re.split(r"^## ", CHANGELOG, flags=re.MULTILINE)[1:]:
        kinds = re.findall(r"^### (.+)$", part, re.MULTILINE)
        assert kinds == [kind for kind in KINDS if kind in kinds]
        assert re.match(r"Unreleased\n|\d+\.\d+\.\d+ - \d{4}-\d\d-\d\d\n", part)
        entries = re.sub(r"^(?:### .+|- .+|  .+|)\n", "", part.partition("\n")[2], flags=re.MULTILINE)
        assert entries == ""


def test_the_notes_of_a_release_are_its_section() -> None:
    changelog = "# Changelog\n\nWords.\n\n## 0.2.0 - 2027-01-31\n\n### Added\n\n- New.\n\n## 0.1.0 - 2026-12-31\n\n- Old.\n"
    assert section(changelog, "0.2.0") == "### Added\n\n- New.\n"
    assert section(changelog, "0.1.0") == "- Old.\n"
    with pytest.raises(KeyError):
        section(changelog, "0.3.0")


def test_who_owns_the_repository_is_said_in_one_place_and_elsewhere_the_same() -> None:
    """``python -m release owner`` finds each of these: nothing that people copy names somebody else."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    named = re.compile(r"(?:github\.com/|ghcr\.io/|uses: )([\w.-]+)/sessionlint\b|//([\w-]+)\.github\.io/sessionlint\b")
    told = [ROOT / name for name in listed if name.endswith((".md", ".toml", ".yml", ".py")) and not name.startswith("tests/")]
    owners = {first or second for path in told for first, second in named.findall(path.read_text(encoding="utf-8"))}
    assert owners == {address.declared_owner()}


def test_another_owner_is_put_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = address.declared_owner()
    spoken = {path.relative_to(ROOT) for path, _ in address.places(before)}
    for name in spoken:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, tmp_path / name)
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", "."], cwd=tmp_path, check=True)
    monkeypatch.setattr(address, "ROOT", tmp_path)
    result = CliRunner().invoke(address.owner, ["some-body"])
    assert (result.exit_code, address.declared_owner()) == (0, "some-body")
    assert [*address.places(before)] == []
    assert {path.relative_to(tmp_path) for path, _ in address.places("some-body")} == spoken
    assert CliRunner().invoke(address.owner, ["some body/x"]).exit_code == 2


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_uses_what_cannot_be_moved_and_has_no_secrets(workflow: Path) -> None:
    text = workflow.read_text(encoding="utf-8")
    used = re.findall(r"uses: (.+)$", text, re.MULTILINE)
    assert [each for each in used if not re.match(r"[\w./-]+@[0-9a-f]{40} # v\d|\./\.github/", each)] == []
    assert not re.search(r"\$\{\{[^}]*secrets", text)
    assert "\npermissions: {}\n" in text
    assert len(re.findall(r"^    timeout-minutes: ", text, re.MULTILINE)) == len(
        re.findall(r"^    runs-on: ", text, re.MULTILINE)
    )


def test_an_action_is_the_same_in_every_workflow() -> None:
    used = {line for path in WORKFLOWS for line in re.findall(r"uses: (\S+@.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)}
    names = [line.partition("@")[0] for line in used]
    assert len(names) == len({*names}) > 5


def test_the_workflow_tries_every_python_that_the_package_says_it_supports() -> None:
    said = re.findall(r"Programming Language :: Python :: (3\.\d+)", _read("pyproject.toml"))
    tried = re.search(r"python: \[(.+)\]", _read(".github/workflows/ci.yml"))
    assert tried and re.findall(r'"(3\.\d+)"', tried[1]) == said


def test_the_image_is_made_of_what_is_known_by_its_hash() -> None:
    text = _read("Containerfile")
    bases = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    assert len({*bases}) == 1 < len(bases)
    assert re.fullmatch(r"python:3\.\d+-slim@sha256:[0-9a-f]{64}", bases[0])
    pinned = re.findall(r"^(\w+)==[\d.]+ \\\n    --hash", _read("release/requirements.txt"), re.MULTILINE)
    assert {"click", "libcst"} <= {*pinned}
    python = re.search(r"python:(3\.\d+)", bases[0])
    assert python and f"--python-version {python[1]}" in _read("release/requirements.txt")


def test_the_mirror_installs_this_version_and_has_our_hooks(tmp_path: Path) -> None:
    lay_out(tmp_path, "1.2.3")
    assert (tmp_path / HOOKS).read_bytes() == (ROOT / HOOKS).read_bytes()
    assert 'dependencies = ["sessionlint==1.2.3"]' in (tmp_path / "pyproject.toml").read_text()
    assert "rev: v1.2.3\n" in (tmp_path / "README.md").read_text()
    follow = (tmp_path / ".github/workflows/mirror.yml").read_text()
    for pattern in re.findall(r'sed -i "s/(\S+==|rev: v)\[0-9\.\]\*/', follow):
        assert pattern in (tmp_path / "pyproject.toml").read_text() + (tmp_path / "README.md").read_text()


def test_a_wheel_without_a_page_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["sessionlint/__init__.py", "sessionlint/page.md"]
    monkeypatch.setattr(distributions, "_of_the_package", lambda: iter(names))
    wheel = tmp_path / "sessionlint-0.1.0-py3-none-any.whl"
    for shipped, wrong in (
        (names, None),
        (names[:1], "not in the wheel: .*page.md"),
        ([*names, "tests/x.py"], "not of the package"),
    ):
        with ZipFile(wheel, "w") as archive:
            for name in (*shipped, "sessionlint-0.1.0.dist-info/METADATA"):
                archive.writestr(name, "")
        if wrong is None:
            assert check_contents(wheel) == 2
        else:
            with pytest.raises(WrongError, match=wrong):
                check_contents(wheel)
