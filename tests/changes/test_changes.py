"""A project that stays finds, after any sequence of changes, what a run that knows nothing finds."""

from random import Random

import pytest

from changes.edits import Files, changed, project
from changes.resident import ALL, Resident
from sessionlint.model.outcome import Outcome
from sessionlint.model.source import Source
from sessionlint.run.analysis import Analysis

_STEPS = 6
# what is read is another question than what is remembered of it
_ANALYSIS = Analysis(ALL, prefilter=False)


def _afresh(files: Files) -> Outcome:
    return _ANALYSIS.check({path: Source(path, text) for path, text in files.items()}).outcome


@pytest.mark.parametrize("seed", range(20))
def test_what_is_remembered_does_not_show(seed: int) -> None:
    _follow(Random(seed))


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(20, 220))
def test_what_is_remembered_does_not_show_in_many_projects(seed: int) -> None:
    _follow(Random(seed))


def _follow(random: Random) -> None:
    resident, files = Resident(_ANALYSIS), project(random)
    for _ in range(_STEPS):
        found, expected = resident.check(files), _afresh(files)
        assert found.findings == expected.findings
        assert found.errors == expected.errors
        files = changed(files, random)


def test_projects_and_changes_are_worth_looking_at() -> None:
    """Most projects have findings, and changes change them."""
    found = []
    for seed in range(20):
        random = Random(seed)
        files = project(random)
        found.append([_afresh(each).findings for each in (files, changed(files, random), changed(files, random))])
    assert sum(bool(first) for first, *_ in found) > 12
    assert sum(first != second for first, *others in found for second in others) > 20
