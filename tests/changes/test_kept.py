"""What a change in one file does to what is found in others, when a run goes on from the one before."""

from collections.abc import Mapping

import pytest

from changes.kept import Kept
from changes.resident import ALL
from sessionlint.model import outcome_codec
from sessionlint.model.outcome import Outcome
from sessionlint.model.source import Source
from sessionlint.run.analysis import Analysis

_DB = """\
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

engine = create_engine("sqlite:///a.db", pool_pre_ping=True)
SessionLocal = sessionmaker(engine)
"""
_OTHER = """\
from app.db import SessionLocal


def count():
    with SessionLocal() as db:
        return db.execute("select 1").scalar()
"""
_FINISH = """\
from sqlalchemy.orm import Session


def finish(db: Session):
    db.commit()
    db.close()
"""
_MAIN = """\
from app.db import SessionLocal
from app.finish import finish


def run():
    db = SessionLocal()
    db.execute("insert")
    {}
"""
_ASYNC_DB = """\
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

SessionLocal = async_sessionmaker(create_async_engine("sqlite+aiosqlite://"){})
"""
_READING = """\
from app.db import SessionLocal
from app.models import User


async def name(id):
    async with SessionLocal() as db:
        user = await db.get(User, id)
        await db.commit()
        return user.name
"""
_MODELS = """\
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
"""
_USING = """\
from app.names import maker


def leak():
    db = maker()
    db.execute("select 1")
    return 1
"""
_LEAK = """\
from app.db import SessionLocal


def leak():
    db = SessionLocal()
    db.execute("select 1")
"""

_PART = {"__init__.py": "", "db.py": _DB, "leak.py": _LEAK, "other.py": _OTHER}


def _said(outcome: Outcome) -> object:
    """All of an outcome but the rules."""
    findings, comments, suppressed, _, *rest = outcome_codec.dump(outcome)
    return findings, comments, suppressed, rest


def _found(outcome: Outcome) -> set[tuple[str, str]]:
    return {(finding.place.path, finding.code) for finding in outcome.findings}


def _fresh(files: Mapping[str, str]) -> Outcome:
    return Analysis(ALL).check({path: Source(path, text) for path, text in files.items()}).outcome


def _changed(files: Mapping[str, str], path: str, text: str) -> tuple[Kept, Outcome, Outcome]:
    """The project after the change, with what was found before and afterwards; and the same again after it was undone."""
    kept = Kept(Analysis(ALL))
    before = kept.check(files)
    after = kept.check({**files, path: text})
    assert _said(after) == _said(_fresh({**files, path: text}))
    assert _said(kept.check(files)) == _said(before)
    return kept, before, after


def test_a_call_that_is_new_tells_of_the_file_of_what_it_calls() -> None:
    files = {"app/db.py": _DB, "app/finish.py": _FINISH, "app/main.py": _MAIN.format("db.close()"), "app/other.py": _OTHER}
    kept, before, after = _changed(files, "app/main.py", _MAIN.format('finish(db)\n    db.execute("select 1")'))
    assert ("app/finish.py", "SES317") not in _found(before)
    assert ("app/finish.py", "SES317") in _found(after)
    assert kept.resumed == 2


def test_an_option_of_the_factory_tells_of_who_opens_sessions() -> None:
    files = {"app/db.py": _ASYNC_DB.format(""), "app/models.py": _MODELS, "app/reading.py": _READING, "app/other.py": _OTHER}
    kept, before, after = _changed(files, "app/db.py", _ASYNC_DB.format(", expire_on_commit=False"))
    assert ("app/reading.py", "SES701") in _found(before)
    assert ("app/reading.py", "SES701") not in _found(after)
    assert kept.resumed == 2


def test_a_name_that_begins_to_speak_of_sessions_has_other_files_read() -> None:
    files = {"app/names.py": "from sqlalchemy.orm import sessionmaker\n\nmaker = None\n", "app/using.py": _USING}
    kept, before, after = _changed(files, "app/names.py", "from sqlalchemy.orm import sessionmaker\n\nmaker = sessionmaker()\n")
    assert ("app/using.py", "SES301") not in _found(before)
    assert ("app/using.py", "SES301") in _found(after)
    assert kept.resumed < 2


def test_a_body_that_says_nothing_new_leaves_others_alone() -> None:
    files = {f"{part}/{name}": text.replace("app.", f"{part}.") for part in ("app", "shop") for name, text in _PART.items()}
    kept, before, after = _changed(files, "app/other.py", _OTHER.replace("select 1", "select 2"))
    assert _found(after) == _found(before)
    assert kept.resumed == 2
    assert not any(path.startswith("shop/") for path in kept.made)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        pytest.param("app/leak.py", "# a comment\n" + _LEAK, id="imports elsewhere"),
        pytest.param("app/db.py", "# a comment\n" + _DB, id="imports elsewhere, and what others tell of"),
        pytest.param(
            "app/leak.py", _LEAK.replace("SessionLocal()", "SessionLocal()  # sessionlint: ignore[SES301]"), id="hidden"
        ),
        pytest.param("app/other.py", _OTHER + "\n\nx = 1  # sessionlint: ignore[SES301]\n", id="a comment that hides nothing"),
    ],
)
def test_runs_go_on_over(path: str, text: str) -> None:
    kept, _, _ = _changed({"app/db.py": _DB, "app/leak.py": _LEAK, "app/other.py": _OTHER}, path, text)
    assert kept.resumed == 2


def test_runs_begin_again_where_most_would_be_asked_anew() -> None:
    files = {"app/db.py": _DB, **{f"app/leak{number}.py": _LEAK for number in range(60)}}
    kept, _, _ = _changed(files, "app/db.py", _DB.replace("a.db", "b.db"))
    assert kept.resumed == 0
    kept, _, _ = _changed(files, "app/leak7.py", _LEAK.replace("select 1", "select 2"))
    assert kept.resumed == 2


@pytest.mark.parametrize(
    ("path", "text"),
    [
        pytest.param("app/leak.py", "import app.other\n" + _LEAK, id="another import"),
        pytest.param("app/leak.py", _LEAK + ")", id="no Python"),
        pytest.param("app/leak.py", "", id="nothing"),
    ],
)
def test_runs_begin_again_for(path: str, text: str) -> None:
    kept, _, _ = _changed({"app/db.py": _DB, "app/leak.py": _LEAK, "app/other.py": _OTHER}, path, text)
    assert kept.resumed == 0


def test_what_is_kept_after_a_run_that_went_on_is_as_good() -> None:
    """One change after the other, in files that tell of each other."""
    files = {"app/db.py": _DB, "app/finish.py": _FINISH, "app/main.py": _MAIN.format("db.close()"), "app/leak.py": _LEAK}
    kept = Kept(Analysis(ALL))
    kept.check(files)
    for path, old, new in (
        ("app/main.py", "db.close()", 'finish(db)\n    db.execute("select 1")'),
        ("app/finish.py", "    db.close()", "    print(db)"),
        ("app/db.py", "sessionmaker(engine)", "sessionmaker(engine, expire_on_commit=False)"),
        ("app/finish.py", "    print(db)", "    db.close()"),
        ("app/main.py", '    db.execute("insert")', "    pass"),
        ("app/leak.py", '    db.execute("select 1")', "    finish_it = db"),
    ):
        assert old in files[path]
        files[path] = files[path].replace(old, new)
        assert _said(kept.check(files)) == _said(_fresh(files))
    assert kept.resumed > 3
