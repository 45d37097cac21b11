"""One module of very many lines with many findings: nothing may look through all of it once per finding."""

from collections.abc import Iterator, Mapping

_HEAD = """\
from fastapi import APIRouter, Depends
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session, sessionmaker

engine = create_engine("postgresql+psycopg://localhost/app")
SessionLocal = sessionmaker(bind=engine)
router = APIRouter()


def get_db():
    db = SessionLocal()
    try:
        yield db
    finally:
        db.close()
"""
_ROUTE = """

@router.get("/NUMBER")
async def route_NUMBER(db: Session = Depends(get_db)):
    return db.execute(text("select NUMBER")).all()
"""
_PLAIN = """

def work_NUMBER(value: int) -> int:
    total = value
    for item in range(total):
        total += item * NUMBER
        if total % 7 == 0:
            total = helper(total, "word NUMBER", key=item)
    values = [one.name for one in load(total) if one.name]
    return total + len(values)
"""
FINDINGS = 200


def long_module(lines: int, findings: int = FINDINGS) -> Mapping[str, str]:
    """The texts of the project by path: a module of about ``lines`` lines, with ``findings`` routes that are found."""
    return {"app/__init__.py": "", "app/everything.py": "".join(_parts(lines, findings))}


def _parts(lines: int, findings: int) -> Iterator[str]:
    yield _HEAD
    for number in range(findings):
        yield _ROUTE.replace("NUMBER", str(number))
    left = lines - _HEAD.count("\n") - findings * _ROUTE.count("\n")
    for number in range(left // _PLAIN.count("\n")):
        yield _PLAIN.replace("NUMBER", str(number))
