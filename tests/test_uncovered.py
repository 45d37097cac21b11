"""A fix that lets a session work for the first time brings to light what is done with it: it is made, and that is told."""

import pytest

from sessionlint.model.finding import Severity
from sessionlint.model.outcome import Outcome
from sessionlint.model.source import Source
from sessionlint.rules.registry import registered_rules
from sessionlint.run.analysis import Analysis
from sessionlint.run.fixing.fixpoint import fix_all

RULES = {entry.rule.code: entry.rule for entry in registered_rules()}

HEAD = """\
import asyncio
from contextlib import contextmanager

from fastapi import Depends, FastAPI
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, sessionmaker
from settings import url

SessionLocal = sessionmaker(create_engine(url))
AsyncLocal = async_sessionmaker(create_async_engine(url))
app = FastAPI()


class Base(DeclarativeBase): ...


class Shop(Base):
    __tablename__ = "shop"
    id: Mapped[int] = mapped_column(primary_key=True)
    items: Mapped[list["Item"]] = relationship()


class Item(Base):
    __tablename__ = "item"
    id: Mapped[int] = mapped_column(primary_key=True)


def get_db():
    with SessionLocal() as db:
        yield db


async def get_session():
    async with AsyncLocal() as db:
        yield db


@contextmanager
def scope():
    with SessionLocal() as db:
        yield db
"""
UNCOVERING = {
    ("SES501", "SES509"): "@app.get('/')\nasync def read(db=Depends(scope)):\n    return db.get(Shop, 1)\n",
    ("SES502", "SES701"): "@app.get('/')\nasync def read(db=Depends(get_session())):\n"
    "    shop = await db.get(Shop, 1)\n    return len(shop.items)\n",
    (
        "SES502",
        "SES404",
    ): "def give():\n    db = SessionLocal()\n    try:\n        yield db\n    except Exception:\n        pass\n"
    "    finally:\n        db.close()\n@app.get('/')\ndef read(db=Depends(give())):\n    return db.get(Shop, 1)\n",
    ("SES504", "SES604"): "@app.get('/')\nasync def read(db=get_session):\n    shop = db.get(Shop, 1)\n    return shop.id\n",
    ("SES506", "SES601"): "async def work():\n    async with get_session() as db:\n"
    "        return await asyncio.gather(db.get(Shop, 1), db.get(Shop, 2))\n",
    ("SES507", "SES703"): "def work():\n    db = next(get_db())\n    shop = db.get(Shop, 1)\n    return len(shop.items)\n",
    ("SES604", "SES701"): "async def work(db: AsyncSession):\n    shop = db.get(Shop, 1)\n    return len(shop.items)\n",
    ("SES608", "SES701"): "async def work(db: AsyncSession):\n"
    "    shop = await asyncio.shield(db.get(Shop, 1))\n    return len(shop.items)\n",
}


def _errors(outcome: Outcome) -> set[str]:
    return {finding.code for finding in outcome.findings if finding.severity is Severity.ERROR}


@pytest.mark.parametrize(("code", "uncovered"), sorted(UNCOVERING))
def test_what_stands_behind_a_mended_line_is_told_and_in_no_fixs_way(code: str, uncovered: str) -> None:
    sources = {"app.py": Source("app.py", HEAD + UNCOVERING[code, uncovered])}
    checked = Analysis().check(sources)
    assert code in _errors(checked.outcome)
    assert uncovered not in _errors(checked.outcome)
    fixing = fix_all(Analysis(), sources, checked, unsafe=True, codes=frozenset({code}))
    assert fixing.outcome.errors == ()
    assert code not in _errors(fixing.outcome)
    assert uncovered in _errors(fixing.outcome)


def test_each_rule_that_uncovers_has_a_case_and_uncovers_what_is_about_use() -> None:
    assert {code for code, _ in UNCOVERING} == {code for code, rule in RULES.items() if rule.uncovers}
    assert all(RULES[uncovered].about_use for _, uncovered in UNCOVERING)
