"""Which rule speaks where two see the same problem: the documentation says it, and each pair has a case."""

import re
from pathlib import Path

import pytest

from sessionlint.model.source import Source
from sessionlint.rules.registry import registered_rules
from sessionlint.run.analysis import Analysis
from sessionlint.run.settings.config import merged, read_inline
from sessionlint.sift.precedence import markdown_table

RULES = {entry.rule.code: entry.rule for entry in registered_rules()}
PAIRS = sorted((rule.code, other) for rule in RULES.values() for other in rule.yields_to)
PAGE = Path(__file__).parent.parent / "docs" / "precedence.md"
TABLE = re.compile(r"(?<=<!-- precedence -->\n).*?(?=<!-- /precedence -->)", re.DOTALL)

HEAD = """\
import asyncio
from contextlib import contextmanager
from fastapi import Depends, FastAPI
from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session, scoped_session, sessionmaker
from config import settings
SessionLocal = sessionmaker()
AsyncLocal = async_sessionmaker(expire_on_commit=False)
app = FastAPI()
def get_db():
    with SessionLocal() as db:
        yield db
@contextmanager
def scope():
    with SessionLocal() as db:
        yield db
        db.commit()
"""
ASYNC_PROVIDER = "async def lend():\n    async with AsyncLocal() as db:\n        yield db\n"
LENT = "def lend(db=Depends(get_db)):\n    yield db\n@app.get('/')\ndef read(db=Depends(lend)):\n    return db.get(int, 1)\n"
USED = "@app.get('/')\ndef read(db=Depends(provide)):\n    return db.get(int, 1)\n"

MEETING = {
    ("SES102", "SES114"): "from sqlalchemy import MetaData\nasync_engine = create_async_engine(settings.url)\n"
    "MetaData().create_all(async_engine)\n",
    ("SES111", "SES103"): "@app.get('/')\nasync def read():\n    engine = create_async_engine(settings.url)\n"
    "    async with engine.connect() as c:\n        await c.execute(text('select 1'))\n",
    ("SES113", "SES103"): "@app.get('/a')\ndef first():\n    engine = create_engine(settings.url)\n"
    "    with engine.connect() as c:\n        c.execute(text('select 1'))\n"
    "@app.get('/b')\ndef second():\n    engine = create_engine(settings.url)\n"
    "    with engine.connect() as c:\n        c.execute(text('select 1'))\n",
    ("SES209", "SES208"): "Registry = scoped_session(SessionLocal)\n"
    "@app.get('/')\nasync def read():\n    return Registry().scalar(text('select 1'))\n",
    ("SES301", "SES403"): f"def provide():\n    db = SessionLocal()\n    yield db\n{USED}",
    ("SES302", "SES403"): f"def provide():\n    db = SessionLocal()\n    yield db\n    db.close()\n{USED}",
    ("SES308", "SES402"): f"def provide():\n    with SessionLocal() as db:\n        return db\n{USED}",
    ("SES311", "SES301"): "def work():\n    db = SessionLocal()\n    db.execute(text('select 1'))\n",
    ("SES311", "SES302"): "def work():\n    db = SessionLocal()\n    db.execute(text('select 1'))\n    db.close()\n",
    ("SES311", "SES303"): "shared = SessionLocal()\n",
    ("SES311", "SES304"): "class Service:\n    def __init__(self):\n        self.db = SessionLocal()\n",
    ("SES311", "SES305"): "def work(db=SessionLocal()):\n    return db.get(int, 1)\n",
    ("SES311", "SES308"): "def work():\n    with SessionLocal() as db:\n        return db\n",
    ("SES311", "SES315"): "def work():\n    with SessionLocal() as db:\n        db.execute(text('insert into t values (1)'))\n",
    ("SES321", "SES319"): "import time\ndef work():\n    with SessionLocal() as db:\n        while True:\n"
    "            db.execute(text('select 1'))\n            time.sleep(10)\n",
    ("SES407", "SES408"): f"def provide():\n    db = SessionLocal()\n    try:\n        yield db\n    except GeneratorExit:\n"
    f"        yield db\n    finally:\n        db.close()\n{USED}",
    ("SES506", "SES607"): "def work():\n    with AsyncLocal.begin() as db:\n        db.add(1)\n",
    ("SES507", "SES303"): "shared = next(get_db())\n",
    ("SES507", "SES305"): "def work(db=next(get_db())):\n    return db.get(int, 1)\n",
    ("SES507", "SES502"): "@app.get('/')\ndef read(db=Depends(next(get_db()))):\n    return db.get(int, 1)\n",
    ("SES509", "SES506"): "async def work():\n    async with scope() as db:\n        db.execute(text('select 1'))\n",
    ("SES509", "SES607"): "async def work():\n    async with SessionLocal() as db:\n        db.execute(text('select 1'))\n",
    ("SES513", "SES505"): f"{LENT}def other():\n    db = lend()\n    return db.get(int, 1)\n",
    ("SES513", "SES506"): f"{LENT}def other():\n    with lend() as db:\n        return db.get(int, 1)\n",
    ("SES513", "SES507"): f"{LENT}def other():\n    db = next(lend())\n    return db.get(int, 1)\n",
    ("SES602", "SES601"): f"{ASYNC_PROVIDER}async def use(db):\n    await db.execute(text('select 1'))\n"
    "@app.get('/')\nasync def read(db=Depends(lend)):\n    first = asyncio.create_task(use(db))\n"
    "    second = asyncio.create_task(use(db))\n    await asyncio.gather(first, second)\n",
    ("SES602", "SES608"): "async def work():\n    async with AsyncLocal() as db:\n"
    "        asyncio.create_task(asyncio.shield(db.commit()))\n",
    ("SES610", "SES601"): "async def work():\n    async with AsyncLocal() as db:\n"
    "        await asyncio.gather(db.execute(text('select 1')), db.execute(text('select 2')))\n",
    ("SES609", "SES312"): "async def work():\n    async with AsyncLocal() as db:\n        db.add(1)\n        try:\n"
    "            await asyncio.wait_for(db.flush(), 1)\n        except (TimeoutError, Exception):\n            pass\n"
    "        await db.execute(text('select 1'))\n",
}
NEVER_MEETING = {
    ("SES304", "SES301"): "class Service:\n    def __init__(self):\n        self.db = SessionLocal()\n",
    ("SES402", "SES301"): f"def provide():\n    db = SessionLocal()\n    return db\n{USED}",
    ("SES303", "SES301"): "shared = SessionLocal()\n",
    ("SES103", "SES204"): "@app.get('/')\ndef read():\n    engine = create_engine(settings.url)\n"
    "    with sessionmaker(engine)() as db:\n        return db.scalar(text('select 1'))\n",
    ("SES507", "SES505"): "def work():\n    return next(get_db()).execute(text('select 1')).scalar()\n",
    ("SES506", "SES505"): "def work():\n    with get_db() as db:\n        return db.execute(text('select 1')).scalar()\n",
}


def codes(text: str, *selected: str) -> set[str]:
    chosen = ", ".join(f'"{code}"' for code in selected)
    settings = merged([read_inline(f'select = [{chosen}]\nsession-provider = "app.db.scope"')])
    sources = {"app/db.py": Source("app/db.py", HEAD + text), "app/__init__.py": Source("app/__init__.py", "")}
    outcome = Analysis(settings).check(sources).outcome
    assert not outcome.errors
    behind_head = (finding for finding in outcome.findings if finding.place.span.start >= len(HEAD))
    return {finding.code for finding in behind_head}


def test_every_pair_has_a_case() -> None:
    assert sorted(MEETING) == PAIRS


@pytest.mark.parametrize("pair", MEETING, ids="-".join)
def test_where_two_rules_meet_the_more_specific_speaks(pair: tuple[str, str]) -> None:
    general, specific = pair
    assert codes(MEETING[pair], general) == {general}, "the general rule sees it, too"
    assert codes(MEETING[pair], specific) == {specific}
    assert codes(MEETING[pair], general, specific) == {specific}


@pytest.mark.parametrize("pair", NEVER_MEETING, ids="-".join)
def test_some_rules_never_meet(pair: tuple[str, str]) -> None:
    speaks, silent = pair
    assert codes(NEVER_MEETING[pair], *({speaks, silent} & RULES.keys())) == {speaks}


def test_the_documentation_shows_who_speaks(request: pytest.FixtureRequest) -> None:
    text = PAGE.read_text(encoding="utf-8")
    table = markdown_table(RULES.values())
    if request.config.getoption("--accept"):
        PAGE.write_text(TABLE.sub(lambda _: table, text), encoding="utf-8")
        return
    found = TABLE.search(text)
    assert found is not None and found[0] == table, "nox -s tables"
