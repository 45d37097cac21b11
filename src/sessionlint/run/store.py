"""Facts by content, and outcomes by all that they depend on, in SQLite: whatever goes wrong with the file, a run only gets
slower."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from sessionlint.run import cache_folder

if TYPE_CHECKING:
    from sqlite3 import Connection

    from sessionlint.model.facts import ModuleFacts

_TABLES: Mapping[str, Sequence[str]] = {
    "looks": ("key BLOB PRIMARY KEY", "telling INTEGER", "starting INTEGER", "outline TEXT", "day INTEGER"),
    "facts": ("key BLOB PRIMARY KEY", "facts TEXT", "day INTEGER"),
    "outcomes": ("key BLOB PRIMARY KEY", "outcome TEXT", "day INTEGER"),
    "ignored": ("key BLOB PRIMARY KEY", "verdicts TEXT", "day INTEGER"),
    "footings": ("key BLOB PRIMARY KEY", "footing TEXT", "day INTEGER"),
}
T = TypeVar("T")
_PATIENCE = 1.0  # seconds to wait for another run that is writing
_PENDING = 16 * 1024 * 1024
_DAY = 24 * 60 * 60
_KEPT_DAYS = 30
_KEPT_OUTCOMES = 20
_AT_ONCE = 500  # SQLite allows 999 parameters in a query, at least


class Look(NamedTuple):
    """What the prefilter says of a text: ``telling``, it speaks of sessions by itself; ``starting``, it starts event loops or
    processes; ``outline`` holds its imports."""

    telling: bool
    outline: "ModuleFacts"
    starting: bool = False


class Store:
    """``looks`` and facts of texts, by the digest of the text. ``complain`` is called at most once, with what went wrong.

    Rows are JSON and are never executed. One that cannot be read, of whatever make, counts as missing.
    """

    def __init__(self, path: Path, complain: Callable[[str], None]) -> None:
        self._path = path
        self._complain = complain
        self._connection: Connection | None = None
        self._pending: dict[str, dict[bytes, tuple[object, ...]]] = {table: {} for table in _TABLES}
        self._pending_size = 0
        self._used: dict[str, set[bytes]] = {table: set() for table in _TABLES}
        self._broken = False
        self._today = int(time.time() // _DAY)

    # --- reading ------------------------------------------------------------------------------------------------------

    def looks(self, keys: Sequence[bytes]) -> dict[bytes, Look]:
        """The stored looks for ``keys``; outlines go by no path yet."""
        found = {}
        for key, telling, starting, outline in self._rows("looks", "telling, starting, outline", keys):
            if (facts := _decoded(outline)) is not None:
                found[key] = Look(bool(telling), facts, bool(starting))
        return found

    def facts(self, keys: Sequence[bytes]) -> "dict[bytes, ModuleFacts]":
        """The stored facts for ``keys``; they go by no path yet."""
        decoded = ((key, _decoded(text)) for key, text in self._rows("facts", "facts", keys))
        return {key: facts for key, facts in decoded if facts is not None}

    def outcome(self, key: bytes) -> str | None:
        """The text that ``keep_outcome`` got."""
        return self._text("outcomes", "outcome", key)

    def ignored(self, key: bytes) -> str | None:
        """The text that ``keep_ignored`` got."""
        return self._text("ignored", "verdicts", key)

    def footing(self, key: bytes) -> str | None:
        """The text that ``keep_footing`` got."""
        return self._text("footings", "footing", key)

    def _text(self, table: str, column: str, key: bytes) -> str | None:
        text = next((text for _, text in self._rows(table, column, [key])), None)
        return text if isinstance(text, str) else None

    def _rows(self, table: str, columns: str, keys: Sequence[bytes]) -> Iterator[tuple[Any, ...]]:
        for start in range(0, len(keys), _AT_ONCE):
            some = keys[start : start + _AT_ONCE]
            query = f"SELECT day, key, {columns} FROM {table} WHERE key IN ({', '.join('?' for _ in some)})"
            for day, key, *values in self._attempt(lambda database: database.execute(query, some).fetchall()) or ():  # noqa: B023
                if day != self._today:
                    self._used[table].add(key)
                yield key, *values

    # --- writing ------------------------------------------------------------------------------------------------------

    def keep_look(self, key: bytes, look: Look) -> None:
        self._keep("looks", key, look.telling, look.starting, encoded(look.outline))

    def keep_facts(self, key: bytes, text: str) -> None:
        """``text``: the facts as ``encoded`` gives them."""
        self._keep("facts", key, text)

    def keep_outcome(self, key: bytes, text: str) -> None:
        """Remember what a run came to."""
        self._keep("outcomes", key, text)

    def keep_ignored(self, key: bytes, text: str) -> None:
        """Remember what the patterns of a file say of paths."""
        self._keep("ignored", key, text)

    def keep_footing(self, key: bytes, text: str) -> None:
        """Remember what the latest outcome under ``key`` rests on."""
        self._keep("footings", key, text)

    def _keep(self, table: str, key: bytes, *values: object) -> None:
        if self._broken:
            return
        self._pending[table][key] = (key, *values, self._today)
        self._pending_size += len(str(values[-1]))
        if self._pending_size > _PENDING:
            self._write()

    def close(self) -> None:
        """Write what is new. A store that is not closed has lost nothing but that."""
        if any(self._pending.values()) or any(self._used.values()):
            self._write()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _write(self) -> None:
        pending, self._pending = self._pending, {table: {} for table in _TABLES}
        used, self._used = self._used, {table: set() for table in _TABLES}
        self._pending_size = 0

        def transaction(database: "Connection") -> None:
            with database:
                database.execute("BEGIN IMMEDIATE")
                for table, columns in _TABLES.items():
                    database.execute(f"CREATE TABLE IF NOT EXISTS {table} ({', '.join(columns)})")
                    places = ", ".join("?" for _ in columns)
                    database.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({places})", pending[table].values())
                    database.executemany(f"UPDATE {table} SET day = ? WHERE key = ?", [(self._today, key) for key in used[table]])
                    if used[table]:
                        database.execute(f"DELETE FROM {table} WHERE day < ?", (self._today - _KEPT_DAYS,))
                newest = f"SELECT rowid FROM outcomes ORDER BY rowid DESC LIMIT {_KEPT_OUTCOMES}"
                database.execute(f"DELETE FROM outcomes WHERE rowid NOT IN ({newest})")

        self._attempt(transaction, writing=True)

    # --- the file -----------------------------------------------------------------------------------------------------

    def _attempt(self, work: Callable[["Connection"], T], writing: bool = False) -> T | None:
        """What ``work`` gives; None once the store has turned out to be of no use."""
        import sqlite3

        if self._broken or not (writing or self._connection or self._path.exists()):
            return None
        try:
            if self._connection is None:
                if writing and not self._path.exists():
                    self._make_room()
                self._connection = self._opened()
            return work(self._connection)
        except (sqlite3.Error, OSError, cache_folder.NotUsableError) as error:
            self._give_up(error)
            return None

    def _make_room(self) -> None:
        cache_folder.make(self._path.parent)
        with suppress(OSError):
            cache_folder.forget_others(self._path.parent, self._path, time.time() - _KEPT_DAYS * _DAY)

    def _opened(self) -> "Connection":
        import sqlite3

        connection = sqlite3.connect(self._path, timeout=_PATIENCE, isolation_level=None)
        # the file comes with the checkout, so it is trusted with nothing
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.text_factory = lambda data: data.decode("utf-8", "replace")
        return connection

    def _give_up(self, error: Exception) -> None:
        import sqlite3

        self._broken = "no such table" not in str(error)
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        text = str(error)
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
            text = f"{self._path.name} was damaged and has been removed"
            with suppress(OSError):
                self._path.unlink()
        elif "locked" in text or "no such table" in text:
            return  # another run is writing and keeps much the same, or was killed before it had written anything
        self._complain(f"the cache is not used: {text}")


def encoded(facts: "ModuleFacts") -> str:
    """JSON text of facts."""
    from sessionlint.model import codec  # compiles a function for each kind of fact

    return json.dumps(codec.dump(facts), separators=(",", ":"))


def decoded(text: str) -> "ModuleFacts":
    """The facts that ``encoded`` wrote."""
    from sessionlint.model import codec

    return codec.load(json.loads(text))


def _decoded(text: object) -> "ModuleFacts | None":
    try:
        return decoded(text) if isinstance(text, str) else None
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return None
