"""A project of routers that all look alike: what is asked once per finding must not cost more in a larger project."""

from collections.abc import Mapping

_DATABASE = """\
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

engine = create_engine("postgresql+psycopg://localhost/app")
SessionLocal = sessionmaker(bind=engine)


def get_db():
    db = SessionLocal()
    try:
        yield db
    finally:
        db.close()
"""
_ROUTER = """\
from fastapi import APIRouter, Depends
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db import get_db

router = APIRouter(prefix="/NUMBER")


@router.get("/")
async def list_items(db: Session = Depends(get_db)):
    return db.execute(text("select NUMBER")).all()


@router.post("/")
async def create_item(name: str, db: Session = Depends(get_db)):
    db.execute(text("insert into items values (:name)"), {"name": name})
    db.commit()
    return name


@router.delete("/")
async def delete_item(name: str, db: Session = Depends(get_db)):
    db.execute(text("delete from items where name = :name"), {"name": name})
    db.commit()
"""


def routers(count: int) -> Mapping[str, str]:
    """The texts of the project by path. Each router has three findings, in functions that are called the same in all of them."""
    made = {f"app/routers/r{number:05}.py": _ROUTER.replace("NUMBER", str(number)) for number in range(count)}
    return {"app/__init__.py": "", "app/db.py": _DATABASE, "app/routers/__init__.py": "", **made}
