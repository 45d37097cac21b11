"""Providers of every small shape, run on SQLite before and after their fix: the same happens, but for what the page declares."""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from pages.tool import Tool
from sqlalchemy import create_engine, event, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

pytestmark = pytest.mark.thorough

HEAD = """\
from contextlib import contextmanager

from fastapi import Depends
from sqlalchemy.orm import sessionmaker

SessionLocal = sessionmaker()


"""
HANDLERS = ("", "except GeneratorExit:\n    pass\n", "except ValueError:\n    db.rollback()\n", "except KeyError:\n    raise\n")
FINALS = ("", "finally:\n    db.close()\n", "finally:\n    db.commit()\n    db.close()\n", "finally:\n    db.commit()\n")
BEHIND = ("", "    db.flush()\n")
OPENINGS = ("db = SessionLocal()\n", "with SessionLocal() as db:\n")

Drive = Callable[[Callable[[], Generator[Session, None, None]]], None]


def shapes(finals: tuple[str, ...], handlers: tuple[str, ...]) -> Iterator[str]:
    """The bodies of a provider, each with at least one clause behind its ``try``."""
    for opening, handler, final, behind in product(OPENINGS, handlers, finals, BEHIND):
        if handler or final:
            body = f"try:\n    yield db\n{behind}{handler}{final}"
            inside = opening.startswith("with")
            yield opening + (_indented(body) if inside else body)


def _indented(lines: str) -> str:
    return "".join(f"    {line}\n" for line in lines.splitlines())


def provider(body: str) -> str:
    return f"{HEAD}def get_db():\n{_indented(body)}\n\ndef route(db=Depends(get_db)): ...\n"


def trace(source: str, drive: Drive) -> list[str]:
    """What reaches the database, and the exception that comes out, when the provider in ``source`` is driven."""
    seen: list[str] = []
    engine = create_engine("sqlite://", poolclass=StaticPool)
    for name in ("commit", "rollback"):
        event.listen(engine, name, lambda _, name=name: seen.append(name))
    namespace: dict[str, Any] = {}
    exec(compile(source, "app.py", "exec"), namespace)
    namespace["SessionLocal"].configure(bind=engine)
    try:
        drive(namespace["get_db"])
    except (ValueError, RuntimeError) as error:
        seen.append(type(error).__name__)
    engine.dispose()
    return seen


def to_its_end(get_db: Callable[[], Generator[Session, None, None]]) -> None:
    with contextmanager(get_db)() as db:
        db.execute(text("select 1"))


def with_an_error(get_db: Callable[[], Generator[Session, None, None]]) -> None:
    with contextmanager(get_db)() as db:
        db.execute(text("select 1"))
        raise ValueError


def thrown_away(get_db: Callable[[], Generator[Session, None, None]]) -> None:
    generator = get_db()
    next(generator).execute(text("select 1"))
    generator.close()


def fixed(source: str, code: str, folder: Path, *, unsafe: bool) -> str:
    return Tool(folder).fix({"app.py": source}, {code}, unsafe=unsafe)["app.py"]


@pytest.mark.parametrize("body", list(shapes(FINALS, HANDLERS[:2])))
def test_a_handler_that_is_taken_out_is_missed_by_nobody(body: str, tmp_path: Path) -> None:
    before = provider(body)
    after = fixed(before, "SES408", tmp_path, unsafe=False)
    assert ("GeneratorExit" in after) is False
    for drive in (to_its_end, with_an_error, thrown_away):
        assert trace(before, drive) == trace(after, drive)


@pytest.mark.parametrize("body", list(shapes(FINALS, HANDLERS[2:3])))
def test_a_handler_that_raises_again_differs_only_after_an_error(body: str, tmp_path: Path) -> None:
    before = provider(body)
    after = fixed(before, "SES404", tmp_path, unsafe=True)
    assert after != before
    for drive in (to_its_end, thrown_away):
        assert trace(before, drive) == trace(after, drive)
    assert "ValueError" not in trace(before, with_an_error)
    assert trace(after, with_an_error) == [*trace(before, with_an_error), "ValueError"]


@pytest.mark.parametrize("body", list(shapes(FINALS[2:], (HANDLERS[0], HANDLERS[3]))))
def test_a_commit_behind_the_yield_runs_when_nothing_was_raised(body: str, tmp_path: Path) -> None:
    before = provider(body)
    after = fixed(before, "SES406", tmp_path, unsafe=True)
    assert after != before
    assert trace(before, to_its_end) == trace(after, to_its_end)
    for drive in (with_an_error, thrown_away):
        assert "commit" in trace(before, drive)
        assert "commit" not in trace(after, drive)


@pytest.mark.parametrize(
    "body", ["db = SessionLocal()\nyield db\ndb.close()\n", "db = SessionLocal()\ndb.begin()\nyield db\ndb.close()\n"]
)
def test_a_session_closed_by_a_block_differs_only_in_being_closed(body: str, tmp_path: Path) -> None:
    before = provider(body)
    after = fixed(before, "SES403", tmp_path, unsafe=False)
    assert after != before
    assert trace(before, to_its_end) == trace(after, to_its_end)
    assert trace(after, with_an_error) == ["rollback", "ValueError"]


def test_a_session_that_is_lent_is_the_one_that_was_returned(tmp_path: Path) -> None:
    before = provider("db = SessionLocal()\nreturn db\n")
    after = fixed(before, "SES402", tmp_path, unsafe=False)
    assert trace(after, to_its_end) == ["rollback"]
    assert trace(after, with_an_error) == ["rollback", "ValueError"]
