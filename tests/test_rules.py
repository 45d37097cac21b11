"""Every rule page: each case put through each property, and the proofs run against the real libraries.

``pytest tests/test_rules.py --accept`` rewrites the pages' expectations; review the difference before you commit it.
``--page bare-session`` reads that page only, with ``-k findings`` one property of it is asked.
"""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from pages.accept import accept
from pages.page import Case, Page, Proof, read_page
from pages.proof import obstacle, prepare, prove
from pages.properties import properties
from pages.tool import Tool

from sessionlint.rules.registry import registered_rules
from sessionlint.run.errors import suggestion

PROPERTIES = tuple(properties(Tool(Path())))
ESSENTIAL = frozenset({"findings", "fixes"})


def pages(config: pytest.Config) -> Sequence[Page]:
    """Those that ``--page`` names, or all."""
    return _pages(*(name.replace("_", "-") for name in config.getoption("--page")))


@cache
def _pages(*names: str) -> Sequence[Page]:
    entries = {entry.rule.name: entry for entry in registered_rules() if entry.page.exists()}
    if unknown := next((name for name in names if name not in entries), None):
        raise pytest.UsageError(f'--page: there is no rule "{unknown}"{suggestion(unknown, entries)}')
    return [read_page(entries[name].page) for name in names or entries]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case" in metafunc.fixturenames:
        metafunc.parametrize(("case", "name"), cases(pages(metafunc.config)))
    elif "proof" in metafunc.fixturenames:
        metafunc.parametrize("proof", proofs(pages(metafunc.config)))


@pytest.fixture(scope="session", autouse=True)
def _libraries(request: pytest.FixtureRequest) -> None:
    """They are imported while the cases are tried."""
    if any(item.name.startswith("test_proof") for item in request.session.items):
        prepare()


@pytest.fixture(scope="session")
def tool(tmp_path_factory: pytest.TempPathFactory) -> Tool:
    """One for all cases: to make ``tmp_path``, pytest looks through the folders of all tests before."""
    return Tool(tmp_path_factory.mktemp("cases"))


def cases(pages: Sequence[Page]) -> list[object]:
    return [
        pytest.param(
            case,
            name,
            id=f"{page.path.parent.name}::{case.title}::{name}",
            marks=() if name in ESSENTIAL else pytest.mark.thorough,
        )
        for page in pages
        for case in page.cases
        for name in PROPERTIES
        if name not in case.without
    ]


@pytest.fixture(scope="session", autouse=True)
def accepted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> None:
    """With ``--accept`` the pages are rewritten before anything is compared; the run then shows what is still wrong."""
    if not request.config.getoption("--accept"):
        return
    read = pages(request.config)
    rewritten = [page.path.parent.name for page in read if accept(page.path, Tool(tmp_path_factory.mktemp("accept")))]
    pytest.exit(f"rewritten: {', '.join(rewritten)}; review the difference" if rewritten else "nothing to rewrite", 0)


def test_case(case: Case, name: str, tool: Tool) -> None:
    if problem := properties(tool)[name](case, tool):
        pytest.fail(problem, pytrace=False)


def proofs(pages: Sequence[Page]) -> list[object]:
    """Each with the marks that choose it: ``-m proof``, ``-m fastapi`` (it imports FastAPI), ``-m needs`` (see the pages)."""
    return [
        pytest.param(proof, id=f"{page.path.parent.name}::{proof.title}::{proof.kind}", marks=_marks(proof))
        for page in pages
        for proof in page.proofs
    ]


def _marks(proof: Proof) -> list[pytest.MarkDecorator]:
    marks = [pytest.mark.proof]
    if re.search(r"^(?:from|import) fastapi\b", proof.script, re.MULTILINE):
        marks.append(pytest.mark.fastapi)
    if proof.needs:
        marks.append(pytest.mark.needs)
    return marks


def test_proof(proof: Proof, tool: Tool, tmp_path: Path) -> None:
    if reason := obstacle(proof):
        pytest.skip(reason)
    if problem := prove(proof, tool, tmp_path):
        pytest.fail(problem, pytrace=False)


def test_there_are_pages_to_read(pytestconfig: pytest.Config) -> None:
    """So that a change of folders cannot turn this module into one that tests nothing."""
    read = pages(pytestconfig)
    if not pytestconfig.getoption("--page"):
        assert {page.code for page in read} >= {"SES001", "SES101", "SES201", "SES301", "SES302", "SES303", "SES401"}
    assert read
    assert all(page.cases for page in read)
