"""A small project with one of everything that an inventory tells of, and files in memory as a linked project."""

from collections.abc import Mapping
from pathlib import Path

from sessionlint.link.project import Project
from sessionlint.model.source import Source
from sessionlint.run.analysis import Analysis

FILES: Mapping[str, str] = {
    "shop/__init__.py": "",
    "shop/db.py": """\
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import Depends
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

from shop.settings import settings

engine = create_engine(settings.DATABASE_URL, pool_size=5, connect_args={"password": "secret"})
SessionLocal = sessionmaker(engine, expire_on_commit=False)


def get_db() -> Iterator[Session]:
    with SessionLocal() as session:
        yield session


@contextmanager
def session_scope() -> Iterator[Session]:
    with SessionLocal() as session:
        yield session
        session.commit()


@contextmanager
def quiet_scope() -> Iterator[Session]:
    with session_scope() as session:
        session.info["quiet"] = True
        yield session


Db = Annotated[Session, Depends(get_db)]
""",
    "shop/settings.py": "class Settings:\n    DATABASE_URL: str\n\n\nsettings = Settings()\n",
    "shop/users.py": """\
from fastapi import Depends
from sqlalchemy.orm import Session

from shop.db import get_db


def current_user(session: Session = Depends(get_db)) -> int:
    return session.info["user"]
""",
    "shop/api.py": """\
from fastapi import APIRouter, Depends
from sqlalchemy import text
from sqlalchemy.orm import Session

from shop.db import Db, SessionLocal, get_db
from shop.users import current_user

router = APIRouter()


@router.get("/orders")
def orders(session: Db):
    return session.scalar(text("select 1"))


@router.post("/orders")
def order(session: Session = Depends(get_db)):
    return session.scalar(text("select 2"))


@router.get("/me")
def me(user: int = Depends(current_user)):
    return user


@router.get("/leak")
def leak():
    session = SessionLocal()
    return session.scalar(text("select 3"))
""",
    "shop/main.py": """\
from contextlib import asynccontextmanager

from fastapi import FastAPI

from shop.api import router
from shop.db import engine


@asynccontextmanager
async def lifespan(app: FastAPI):
    yield
    engine.dispose()


app = FastAPI(lifespan=lifespan)
app.include_router(router)
""",
    "shop/stock.py": """\
from shop.db import session_scope


def restock(entry: object) -> None:
    with session_scope() as session:
        session.add(entry)
""",
    "shop/jobs.py": """\
from celery import shared_task

from shop.db import quiet_scope


@shared_task
def tidy() -> None:
    with quiet_scope() as session:
        session.flush()
""",
    "scripts/load.py": """\
from shop.db import SessionLocal


def main() -> None:
    with SessionLocal() as session:
        session.add(object())
        session.commit()


if __name__ == "__main__":
    main()
""",
    "migrations/env.py": """\
from alembic import context
from sqlalchemy import create_engine

engine = create_engine("sqlite:///shop.db")
""",
    "tests/conftest.py": """\
import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

from shop.db import get_db
from shop.main import app

Testing = sessionmaker(create_engine("sqlite://"))


@pytest.fixture
def session():
    with Testing() as session:
        yield session


@pytest.fixture
def client(session):
    app.dependency_overrides[get_db] = lambda: session
    return app
""",
    "tests/test_stock.py": """\
from unittest.mock import patch

from shop.stock import restock


def test_restock(session):
    with patch("shop.stock.session_scope"), patch("shop.db.SessionLocal"):
        restock(object())
""",
}


def link(files: Mapping[str, str]) -> Project:
    """The linked project of these files."""
    checked = Analysis().check({path: Source(path, text) for path, text in files.items()})
    assert checked.project is not None
    return checked.project


def write(files: Mapping[str, str], folder: Path) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
