"""The SQLite file of a cache: opened only where it is ours, and read only where its tables are those that we make."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sessionlint.run.files import own_files

if TYPE_CHECKING:
    from sqlite3 import Connection

TABLES: Mapping[str, Sequence[str]] = {
    "looks": ("key BLOB PRIMARY KEY", "telling INTEGER", "starting INTEGER", "outline TEXT", "seal BLOB", "day INTEGER"),
    "facts": ("key BLOB PRIMARY KEY", "facts TEXT", "seal BLOB", "day INTEGER"),
    "outcomes": ("key BLOB PRIMARY KEY", "outcome TEXT", "seal BLOB", "day INTEGER"),
    "ignored": ("key BLOB PRIMARY KEY", "verdicts TEXT", "seal BLOB", "day INTEGER"),
    "footings": ("key BLOB PRIMARY KEY", "footing TEXT", "seal BLOB", "day INTEGER"),
    "claims": ("key BLOB PRIMARY KEY", "claims TEXT", "seal BLOB", "day INTEGER"),
}
_CREATING = {table: f"CREATE TABLE {table} ({', '.join(columns)})" for table, columns in TABLES.items()}
_SCHEMA = {
    *((b"table", table.encode(), table.encode(), sql.encode()) for table, sql in _CREATING.items()),
    *((b"index", f"sqlite_autoindex_{table}_1".encode(), table.encode(), None) for table in TABLES),
}
_BESIDE = ("-journal", "-wal", "-shm")
_BUSY = "locked"
_NO_DAMAGE = (_BUSY, "full", "unable to open", "disk I/O")
_PATIENCE = 1.0  # seconds to wait for another run that is writing


class DamagedError(Exception):
    """The file is not what we have written."""


def opened(path: Path) -> "Connection":
    """A connection to the file, or to a new one. Raises DamagedError, OSError, sqlite3.Error."""
    import sqlite3

    _refuse_strange(path)
    connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
    connection.text_factory = bytes
    # what rows say is sealed, and nothing else in the file is trusted
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    return connection


def _refuse_strange(path: Path) -> None:
    """We leave no journals, see ``begin``; one that lies there would be played back, and it can name any file to be deleted."""
    if any(os.path.lexists(f"{path}{ending}") for ending in _BESIDE):
        raise DamagedError
    if os.path.lexists(path) and not (own_files.is_file(path) and path.lstat().st_nlink == 1):
        raise DamagedError


def has_tables(connection: "Connection") -> bool:
    """Whether the tables are there; not so in a file that is new. Raises DamagedError for any other, or more, or a view."""
    found = connection.execute(f"SELECT type, name, tbl_name, sql FROM sqlite_master LIMIT {len(_SCHEMA) + 1}").fetchall()
    if found and (len(found) != len(_SCHEMA) or set(found) != _SCHEMA):
        raise DamagedError
    return bool(found)


def begin(connection: "Connection") -> None:
    """Begin to write, and make the tables where they are missing. Raises DamagedError, sqlite3.Error.

    The journal is kept in memory: a run that is killed leaves half a cache, but rows are sealed, so it costs the next one time
    and nothing else.
    """
    connection.execute("PRAGMA journal_mode = MEMORY")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("BEGIN IMMEDIATE")
    if not has_tables(connection):
        for sql in _CREATING.values():
            connection.execute(sql)


def is_busy(error: Exception) -> bool:
    """Whether another run is writing."""
    import sqlite3

    return isinstance(error, sqlite3.OperationalError) and _BUSY in str(error)


def is_damage(error: Exception) -> bool:
    """Whether the file is to blame, and not another run or the system."""
    import sqlite3

    if isinstance(error, sqlite3.OperationalError):
        return not any(text in str(error) for text in _NO_DAMAGE)
    return isinstance(error, (DamagedError, sqlite3.Error))


def remove(path: Path) -> None:
    """Remove the file and what lies beside it; links go, not what they lead to. Raises OSError."""
    for ending in (*_BESIDE, ""):
        Path(f"{path}{ending}").unlink(missing_ok=True)
