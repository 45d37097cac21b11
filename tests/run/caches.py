"""A small project with a cache of its own, for the tests of the cache."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sessionlint.cli import sessionlint as command
from sessionlint.run.cache import cache_place
from sessionlint.run.cache.fingerprint import fingerprint
from sessionlint.run.cache.store import Store

CODE = """\
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

SessionLocal = sessionmaker(create_engine("sqlite://"))


def work():
    db = SessionLocal()
    return db.get(object, 1)
"""


def project_in(folder: Path) -> Path:
    folder.mkdir()
    (folder / "app.py").write_text(CODE)
    (folder / "other.py").write_text("import os\n")
    return folder


def run(project: Path, *options: str) -> Result:
    shown = () if "--output-format" in options else ("--output-format", "concise")
    arguments = ["check", str(project), "--project-root", str(project), *shown, "-q", *options]
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 1, result.output
    return result


def place_for(project: Path, cache_dir: Path | None = None) -> cache_place.Place:
    place = cache_place.place_of(project, cache_dir, None)
    assert place is not None
    return place


def store_for(place: cache_place.Place, complain: Callable[[str], None] = pytest.fail) -> Store:
    return Store(place, fingerprint(), complain, complain)


def database_in(folder: Path) -> Path:
    """The one store in the folder of a project."""
    (found,) = folder.glob("facts-*.sqlite")
    return found


def database_of(project: Path) -> Path:
    return database_in(place_for(project).folder)


@contextmanager
def opened(file: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(file)) as database, database:
        yield database


def doctor(project: Path, table: str, old: str, new: str) -> None:
    """Have the cache say something else, under the seal of this machine: what is printed then shows what was read."""
    with opened(database_of(project)) as database:
        keys = [key for (key,) in database.execute(f"SELECT key FROM {table}")]
    store = store_for(place_for(project))
    read, keep = {"outcomes": (store.outcome, store.keep_outcome), "ignored": (store.ignored, store.keep_ignored)}[table]
    for key in keys:
        text = read(key)
        assert text is not None
        keep(key, text.replace(old, new))
    store.close()
