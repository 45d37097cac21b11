import pytest
from pages.page import Page, read_page
from pages.versions import admits, installed, read_spans

from proofs.environments import ENVIRONMENTS, environment
from sessionlint.rules.registry import registered_rules

PAGES = [read_page(entry.page) for entry in registered_rules()]
WITH_TABLE = [page for page in PAGES if any(proof.kind == "table" for proof in page.proofs)]


def test_a_pin_replaces_what_the_test_group_asks() -> None:
    group = ["pytest>=8", "sqlalchemy[asyncio]>=2", "fastapi>=0.115", "httpx>=0.27"]
    assert list(environment("fastapi-0.105").requirements(group)) == [*group[:2], "fastapi==0.105.*", "httpx<0.28"]
    assert list(environment("sqlalchemy-2.0").requirements(group)) == [group[0], *group[2:], "sqlalchemy[asyncio]==2.0.*"]
    assert list(environment("fastapi-newest").requirements(group)) == group


@pytest.mark.parametrize("name", ["", "fastapi", "fastapi-0.105.1", "django-5.0", "sqlalchemy-1.4"])
def test_another_name_is_an_error(name: str) -> None:
    with pytest.raises(ValueError, match="is neither"):
        environment(name)


def test_the_rules_that_depend_on_fastapi_prove_their_table() -> None:
    assert {page.code for page in WITH_TABLE} >= {"SES404", "SES405", "SES501", "SES510"}


@pytest.mark.parametrize("page", WITH_TABLE, ids=lambda page: page.name)
def test_each_row_of_a_table_holds_in_one_of_the_environments(page: Page) -> None:
    """So that no row stands there unproven; and each environment finds a row, so that none is missing."""
    versions = {
        library: [_version(one.name, library) for one in ENVIRONMENTS if one.name.startswith(library)]
        for library in ("fastapi", "sqlalchemy")
    }
    rows = [row for proof in page.proofs for row in proof.rows]
    assert [row for row in rows if not any(admits(row.spans, found) for found in versions[row.library])] == []
    plain = [row for row in rows if not row.variant]
    for found in versions["fastapi"]:
        assert [row.line for row in plain if admits(row.spans, found)], f"nothing is said of FastAPI {found}"


def _version(name: str, library: str) -> tuple[int, int]:
    told = name.removeprefix(f"{library}-")
    [span] = read_spans(told) if told != "newest" else [None]
    return (span.newest if span else None) or installed(library)
