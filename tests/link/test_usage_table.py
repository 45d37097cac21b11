"""The table of the SES5xx protocol family: every cell is what the tool reports, and what the documentation shows."""

from pathlib import Path

import pytest

from sessionlint.model.source import Source
from sessionlint.questions.providers.usage_table import TABLE, Provider, Use, markdown_table
from sessionlint.rules.registry import registered_rules
from sessionlint.run.analysis import analyse_sources

_PREAMBLE = """\
from contextlib import asynccontextmanager, contextmanager
from fastapi import Depends
from sqlalchemy.ext.asyncio import async_sessionmaker
from sqlalchemy.orm import sessionmaker
SessionLocal = sessionmaker()
async_session = async_sessionmaker()
@contextmanager
def scope():
    with SessionLocal() as db:
        yield db
@asynccontextmanager
async def async_scope():
    async with async_session() as db:
        yield db
"""
_PROVIDERS = {
    Provider.GENERATOR: "def f():\n    with SessionLocal() as db:\n        yield db\n",
    Provider.ASYNC_GENERATOR: "async def f():\n    async with async_session() as db:\n        yield db\n",
    Provider.CONTEXT_MANAGER: "@contextmanager\ndef f():\n    with SessionLocal() as db:\n        yield db\n",
    Provider.ASYNC_CONTEXT_MANAGER: (
        "@asynccontextmanager\nasync def f():\n    async with async_session() as db:\n        yield db\n"
    ),
    Provider.RETURNS_CONTEXT_MANAGER: "def f():\n    return scope()\n",
    Provider.RETURNS_ASYNC_CONTEXT_MANAGER: "def f():\n    return async_scope()\n",
    Provider.RETURNS_SESSION: "def f():\n    return SessionLocal()\n",
    Provider.FACTORY: "f = SessionLocal\n",
}
_USES = {
    Use.DEPENDS: "def consumer(db=Depends(f)): ...",
    Use.DEPENDS_CALLED: "def consumer(db=Depends(f())): ...",
    Use.WITH: "def consumer():\n    with f() as db:\n        pass",
    Use.ASYNC_WITH: "async def consumer():\n    async with f() as db:\n        pass",
    Use.FOR: "def consumer():\n    for db in f():\n        return",
    Use.ASYNC_FOR: "async def consumer():\n    async for db in f():\n        return",
    Use.YIELD_FROM: "def consumer():\n    yield from f()",
    Use.NEXT: "def consumer():\n    db = next(f())",
    Use.ANEXT: "async def consumer():\n    db = await anext(f())",
    Use.AWAIT: "async def consumer():\n    db = await f()",
    Use.AS_SESSION: "def consumer():\n    db = f()\n    db.execute('select 1')",
    Use.BY_HAND: "def consumer():\n    db = f().__enter__()",
}
_FAMILY = {f"SES{number}" for number in (501, 502, 503, 505, 506, 507)}


@pytest.mark.parametrize("use", Use)
@pytest.mark.parametrize("provider", Provider)
def test_every_cell_is_what_is_reported(provider: Provider, use: Use) -> None:
    text = f"{_PREAMBLE}{_PROVIDERS[provider]}{_USES[use]}\n"
    outcome = analyse_sources({"app.py": Source("app.py", text)})
    expected = [TABLE[provider][use]] if TABLE[provider][use] else []
    assert not outcome.errors
    assert [finding.code for finding in outcome.findings if finding.code in _FAMILY] == expected


def test_every_rule_of_the_table_exists() -> None:
    codes = {code for row in TABLE.values() for code in row.values() if code is not None}
    assert codes == _FAMILY
    assert codes <= {entry.rule.code for entry in registered_rules()}


def test_the_documentation_shows_the_table() -> None:
    page = Path(__file__, "../../../docs/consumption.md").resolve().read_text(encoding="utf-8")
    assert markdown_table() in page
