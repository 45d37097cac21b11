"""Code as projects have it, checked with every rule that is on by default: ``fixtures/scenarios/*.md``.

A rule's page shows what that rule says. Here stands what all of them say together, of the frameworks that own sessions, and
of tricky code that was seen in public projects.
"""

from pathlib import Path

import pytest
from pages import differences
from pages.page import Case, read_cases
from pages.properties import match
from pages.tool import Tool

DOCUMENTS = sorted((Path(__file__).parents[1] / "fixtures" / "scenarios").glob("*.md"))


def cases() -> list[object]:
    return [pytest.param(case, id=f"{path.stem}::{case.title}") for path in DOCUMENTS for case in read_cases(path)]


@pytest.mark.parametrize("case", cases())
def test_a_scenario(case: Case, tmp_path: Path) -> None:
    seen = Tool(tmp_path).check(case.files, ())
    _, missing, extra = match(case, seen)
    if missing or extra:
        pytest.fail(differences.of_findings(case, seen, missing, extra), pytrace=False)


def test_there_are_scenarios_to_read() -> None:
    assert {path.stem for path in DOCUMENTS} == {"frameworks", "tricky_found", "tricky_silent"}
