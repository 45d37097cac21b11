"""A project in which nearly every function has something to fix: what one fix costs must not grow with how many there are.

Twelve packages, each with a database module, four services and a router, have 300 findings in these 72 files, each with a fix
of its own: most change one function, and 24 give an engine that is built at import to a function, in all files that use it, and
want a pass for themselves.
"""

from collections.abc import Mapping

_DATABASE = """\
import os

from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, sessionmaker

engine = create_engine(os.environ["PACKAGE_URL"])
SessionLocal = sessionmaker(bind=engine)
async_engine = create_async_engine(os.environ["PACKAGE_ASYNC_URL"])
AsyncSessionLocal = async_sessionmaker(async_engine, expire_on_commit=False)


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


def get_db():
    db = SessionLocal()
    try:
        yield db
    finally:
        db.close()


async def get_async_db():
    async with AsyncSessionLocal() as db:
        yield db
"""
_SERVICE = """\
import logging

from sqlalchemy import select

from PACKAGE.db import Item, SessionLocal

logger = logging.getLogger(__name__)


def name_of(key):
    db = SessionLocal()
    item = db.get(Item, key)
    return item.name if item else None


def rename(key, name):
    db = SessionLocal()
    item = db.get(Item, key)
    if item is None:
        return False
    item.name = name
    db.commit()
    db.close()
    return True


def names(limit=NUMBER):
    session = SessionLocal()
    found = [item.name for item in session.scalars(select(Item).limit(limit))]
    logger.info("%d names", len(found))
    session.close()
    return found


def items():
    with SessionLocal() as db:
        return db.scalars(select(Item))


def add(db, name):
    db.add(Item(name=name))
    db.flush()


def main():
    with SessionLocal() as db:
        add(db, "one")
        db.commit()
    print(name_of(1), names(), rename(1, "two"), *items())
"""
_ROUTER = """\
from fastapi import APIRouter, Depends
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from PACKAGE.db import AsyncSessionLocal, Item, get_async_db, get_db

router = APIRouter(prefix="/PACKAGE")


@router.get("/")
async def list_items(db: Session = Depends(get_db)):
    return db.scalars(select(Item)).all()


@router.delete("/{key}")
async def delete_item(key: int, db: Session = Depends(get_db)):
    db.delete(db.get_one(Item, key))
    db.commit()


@router.put("/{key}")
async def rename_item(key: int, name: str, db: Session = Depends(get_db)):
    db.get_one(Item, key).name = name
    db.commit()


@router.post("/{name}")
async def create_item(name: str, db: AsyncSession = Depends(get_async_db)):
    await db.add(Item(name=name))
    db.flush()
    db.commit()
    return name


@router.get("/{key}")
async def one_item(key: int):
    db = AsyncSessionLocal()
    item = await db.get(Item, key)
    return item and item.name
"""
PACKAGES = 12
_SERVICES = 4


def fixable(packages: int = PACKAGES) -> Mapping[str, str]:
    """The texts of the project by path; a package has 25 findings in 6 files."""
    return {path: text for number in range(1, packages + 1) for path, text in _package(f"shop{number:02}").items()}


def _package(name: str) -> Mapping[str, str]:
    services = {f"{name}/service{number}.py": _SERVICE.replace("NUMBER", str(number)) for number in range(1, _SERVICES + 1)}
    texts = {f"{name}/__init__.py": "", f"{name}/db.py": _DATABASE, **services, f"{name}/router.py": _ROUTER}
    return {path: text.replace("PACKAGE", name) for path, text in texts.items()}
