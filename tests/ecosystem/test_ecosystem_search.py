"""Each naive search hits what its rule is for, and the count of silent hits adds up."""

from pathlib import Path

import pytest

from ecosystem.findings import Found, Key, Spot
from ecosystem.labels import Label
from ecosystem.recall import Recall, hits, recall, silent_hits
from ecosystem.search import SEARCHES

HITS = {
    "SES101": "engine = create_engine(url)  # hit\ndef f():\n    return create_engine(url)\n",
    "SES201": "A = sessionmaker(class_=AsyncSession)  # hit\nB = sessionmaker(class_=Session)\n",
    "SES301": "def f():\n    db = SessionLocal()  # hit\n    other = SessionLocal()\n    other.close()\n",
    "SES302": "def f():\n    db = Session()  # hit\n    db.close()\n    s = Session()\n    try: ...\n    finally: s.close()\n",
    "SES303": "db = SessionLocal()  # hit\n",
    "SES401": "def get_db() -> Session:  # hit\n    yield db\ndef make() -> Session:\n    return db\n",
    "SES403": "def get_db():  # hit\n    db = S()\n    yield db\n    db.close()\ndef ok():\n    with S() as db: yield db\n",
    "SES405": "def get_db():\n    with S() as db:\n        yield db\n        db.commit()  # hit\n",
    "SES501": "@contextmanager\ndef get_db(): ...\ndef route(db=Depends(get_db), x=Depends(other)): ...  # hit\n",
    "SES507": "db = next(get_db())  # hit\nfor db in session_scope():  # hit\n    break\nfirst = next(iter(rows))\n",
    "SES509": "async def f(db: Session): ...  # hit\ndef g(db: Session): ...\n",
}


@pytest.mark.parametrize("rule", sorted(SEARCHES))
def test_a_search_hits_what_its_rule_is_for(rule: str, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(HITS[rule])
    expected = [number for number, line in enumerate(HITS[rule].splitlines(), 1) if line.endswith("# hit")]
    assert [found.spot.line for found in hits("demo", tmp_path) if found.key.rule == rule] == expected


def test_what_a_finding_stands_at_is_not_silent(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("db = Session()\nother = Session()\n")
    at_the_first = Found(Key("demo", "SES303", "a.py", "", "db = Session()"), Spot("a.py", 1, ""), ())
    assert [found.spot.line for found in silent_hits("demo", tmp_path, [at_the_first])] == [2]


def test_the_hits_of_a_search_are_reported_explained_missed_or_unread(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("\n".join(f"s{number} = Session()" for number in range(5)))
    every = list(hits("demo", tmp_path))
    verdicts = {
        every[0].key: Label("true", "shared"),
        every[1].key: Label("debatable", "script"),
        every[2].key: Label("false", ""),
    }
    counted = recall(every, every[:4], verdicts)
    assert counted == {"SES303": Recall(hits=5, reported=1, explained=2, missed=1, unread=1)}


def test_a_file_that_this_python_cannot_read_has_no_hits(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("db = Session()\ndef broken(:\n")
    assert list(hits("demo", tmp_path)) == []
