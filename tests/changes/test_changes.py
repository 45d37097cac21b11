"""A project that stays finds, after any sequence of changes, what a run that knows nothing finds."""

from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner

from changes.edits import Files, changed, project
from changes.kept import Kept
from changes.resident import ALL, Resident
from sessionlint.cli import sessionlint
from sessionlint.model import outcome_codec
from sessionlint.model.outcome import Outcome
from sessionlint.model.source import Source
from sessionlint.run import pipeline, resident
from sessionlint.run.analysis import Analysis
from sessionlint.run.request import Request

_STEPS = 6
# what is read is another question than what is remembered of it
_ANALYSIS = Analysis(ALL, prefilter=False)


def _afresh(files: Files) -> Outcome:
    return _ANALYSIS.check({path: Source(path, text) for path, text in files.items()}).outcome


@pytest.mark.parametrize("seed", range(20))
def test_what_is_remembered_does_not_show(seed: int) -> None:
    _follow(Random(seed))


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(20, 70))
def test_what_is_remembered_does_not_show_in_many_projects(seed: int) -> None:
    _follow(Random(seed))


def _follow(random: Random) -> None:
    resident, files = Resident(_ANALYSIS), project(random)
    for _ in range(_STEPS):
        found, expected = resident.check(files), _afresh(files)
        assert found.findings == expected.findings
        assert found.errors == expected.errors
        files = changed(files, random)


@pytest.mark.parametrize("seed", range(20))
def test_a_run_that_goes_on_finds_the_same(seed: int) -> None:
    _go_on(Random(seed))


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(20, 70))
def test_a_run_that_goes_on_finds_the_same_in_many_projects(seed: int) -> None:
    _go_on(Random(seed))


def _go_on(random: Random) -> int:
    kept, files = Kept(Analysis(ALL)), project(random)
    for _ in range(_STEPS):
        found, expected = (
            kept.check(files),
            Analysis(ALL).check({path: Source(path, text) for path, text in files.items()}).outcome,
        )
        assert outcome_codec.dump(found) == outcome_codec.dump(expected)
        files = changed(files, random)
    return kept.resumed


def test_runs_go_on_at_all() -> None:
    """Most changes of a text are none that a run has to begin again for."""
    assert sum(_go_on(Random(seed)) for seed in range(20)) > 20


@pytest.mark.parametrize("seed", range(5))
def test_what_is_kept_between_runs_does_not_show(seed: int, tmp_path: Path) -> None:
    _run_again_and_again(Random(seed), tmp_path)


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(5, 60))
def test_what_is_kept_between_runs_does_not_show_in_many_projects(seed: int, tmp_path: Path) -> None:
    _run_again_and_again(Random(seed), tmp_path)


def _run_again_and_again(random: Random, folder: Path) -> None:
    """Two parts, two files of one text, files that come, go and change, and all of it back: as one branch and another are checked
    out."""
    first = files = {f"{part}/{path}": text for part in ("one", "two") for path, text in project(random).items()}
    request = Request((str(folder),), options=(("select", ["ALL"]),), isolated=True, project_root=folder)
    staying = resident.Resident(request, pytest.fail)
    for step in range(_STEPS):
        _write(folder, files)
        assert _checked(folder) == _checked(folder, "--no-cache")
        staying.load()
        assert staying.outcome().findings == pipeline.check(request, pytest.fail).outcome.findings
        files = first if step == _STEPS - 2 else changed(files, random)


def _write(folder: Path, files: Files) -> None:
    for path in folder.rglob("*.py"):
        path.unlink()
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def _checked(folder: Path, *options: str) -> str:
    arguments = ["check", "--isolated", "--select", "ALL", "--output-format", "json", "--project-root", str(folder), *options]
    result = CliRunner().invoke(sessionlint, [*arguments, str(folder)])
    assert result.exit_code in (0, 1), result.output
    return result.stdout


def test_projects_and_changes_are_worth_looking_at() -> None:
    """Most projects have findings, and changes change them."""
    found = []
    for seed in range(20):
        random = Random(seed)
        files = project(random)
        found.append([_afresh(each).findings for each in (files, changed(files, random), changed(files, random))])
    assert sum(bool(first) for first, *_ in found) > 12
    assert sum(first != second for first, *others in found for second in others) > 20
