"""Every rule page: each case put through each property, and the proofs run against the real libraries.

``pytest tests/test_rules.py --accept`` rewrites the pages' expectations; review the difference before you commit it.
``pytest -k bare_session`` runs one page, ``-k "findings and bare_session"`` one property of it.
"""

import re
from pathlib import Path

import pytest
from pages.accept import accept
from pages.page import Case, Page, Proof, read_page
from pages.proof import obstacle, prove
from pages.properties import properties
from pages.tool import Tool

from sessionlint.rules.registry import registered_rules

PAGES = [read_page(entry.page) for entry in registered_rules() if entry.page.exists()]
PROPERTIES = tuple(properties(Tool(Path())))
ESSENTIAL = frozenset({"findings", "fixes"})


def cases() -> list[object]:
    return [
        pytest.param(
            case,
            name,
            id=f"{page.path.parent.name}::{case.title}::{name}",
            marks=() if name in ESSENTIAL else pytest.mark.thorough,
        )
        for page in PAGES
        for case in page.cases
        for name in PROPERTIES
        if name not in case.without
    ]


@pytest.fixture(scope="session", autouse=True)
def accepted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> None:
    """With ``--accept`` the pages are rewritten before anything is compared; the run then shows what is still wrong."""
    if not request.config.getoption("--accept"):
        return
    rewritten = [page.path.parent.name for page in PAGES if accept(page.path, Tool(tmp_path_factory.mktemp("accept")))]
    pytest.exit(f"rewritten: {', '.join(rewritten)}; review the difference" if rewritten else "nothing to rewrite", 0)


@pytest.mark.parametrize(("case", "name"), cases())
def test_case(case: Case, name: str, tmp_path: Path) -> None:
    tool = Tool(tmp_path)
    if problem := properties(tool)[name](case, tool):
        pytest.fail(problem, pytrace=False)


def proofs() -> list[object]:
    """Each with the marks that choose it: ``-m proof``, ``-m fastapi`` (it imports FastAPI), ``-m needs`` (see the pages)."""
    return [
        pytest.param(proof, id=f"{page.path.parent.name}::{proof.title}::{proof.kind}", marks=_marks(proof))
        for page in PAGES
        for proof in page.proofs
    ]


def _marks(proof: Proof) -> list[pytest.MarkDecorator]:
    marks = [pytest.mark.proof]
    if re.search(r"^(?:from|import) fastapi\b", proof.script, re.MULTILINE):
        marks.append(pytest.mark.fastapi)
    if proof.needs:
        marks.append(pytest.mark.needs)
    return marks


@pytest.mark.parametrize("proof", proofs())
def test_proof(proof: Proof, tmp_path: Path) -> None:
    if reason := obstacle(proof):
        pytest.skip(reason)
    if problem := prove(proof, Tool(tmp_path / "tool"), tmp_path):
        pytest.fail(problem, pytrace=False)


def test_there_are_pages_to_read() -> None:
    """So that a change of folders cannot turn this module into one that tests nothing."""
    assert {page.code for page in PAGES} >= {"SES001", "SES101", "SES201", "SES301", "SES302", "SES303", "SES401"}
    assert all(isinstance(page, Page) and page.cases for page in PAGES)
