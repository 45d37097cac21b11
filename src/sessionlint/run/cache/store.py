"""Facts by content, and outcomes by all that they depend on, in SQLite: whatever goes wrong with the file, a run only gets
slower.

Each row is sealed with a key of this machine. One that does not verify, for whatever reason, counts as missing: so what is read
is what was written, by a run of this very version.
"""

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import repeat
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from sessionlint.run.cache import cache_database, cache_folder, cache_key
from sessionlint.run.cache.cache_database import TABLES
from sessionlint.run.cache.cache_place import Place

if TYPE_CHECKING:
    from sqlite3 import Connection

    from sessionlint.model.facts import ModuleFacts

T = TypeVar("T")
_FORMAT = 2  # of the rows below
_PENDING = 4 * 1024 * 1024
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
    """``looks`` and facts of texts, by the digest of the text, as runs with the same ``fingerprint`` have them.

    ``complain`` is called at most once, with what went wrong that somebody should see to; ``remark`` with what mended itself.
    """

    def __init__(self, place: Place, fingerprint: str, complain: Callable[[str], None], remark: Callable[[str], None]) -> None:
        self.place = place
        self._purpose = f"rows {_FORMAT} {fingerprint}"
        self._complain = complain if place.chosen else remark
        self._remark = remark
        self._key, self._path = b"", place.folder
        self._connection: Connection | None = None
        self._pending: dict[str, dict[bytes, tuple[object, ...]]] = {table: {} for table in TABLES}
        self._pending_size = 0
        self._used: dict[str, set[bytes]] = {table: set() for table in TABLES}
        self._unsealed = 0
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

    def claims(self, key: bytes) -> str | None:
        """The text that ``keep_claims`` got."""
        return self._text("claims", "claims", key)

    def _text(self, table: str, column: str, key: bytes) -> str | None:
        return next((text for _, text in self._rows(table, column, [key])), None)

    def _rows(self, table: str, columns: str, keys: Sequence[bytes]) -> Iterator[tuple[Any, ...]]:
        """The key and the values of each row that verifies; the last value is the text."""
        for start in range(0, len(keys), _AT_ONCE):
            some = keys[start : start + _AT_ONCE]
            asked = {*some}
            query = f"SELECT day, seal, key, {columns} FROM {table} WHERE key IN ({', '.join('?' for _ in some)})"
            for day, seal, *row, text in self._attempt(lambda database: database.execute(query, some).fetchall()) or ():  # noqa: B023
                if not isinstance(text, bytes) or row[0] not in asked or seal != self._seal(table, row, text):
                    self._unsealed += 1
                    continue
                if day != self._today:
                    self._used[table].add(row[0])
                yield *row, text.decode()

    def _seal(self, table: str, row: Sequence[object], text: bytes) -> bytes:
        """Of all but the day, which says no more than when a row may go."""
        return cache_key.seal(self._key, f"{table} {row}", text)

    # --- writing ------------------------------------------------------------------------------------------------------

    def keep_look(self, key: bytes, look: Look) -> None:
        self._keep("looks", encoded(look.outline), key, int(look.telling), int(look.starting))

    def keep_facts(self, key: bytes, text: str) -> None:
        """``text``: the facts as ``encoded`` gives them."""
        self._keep("facts", text, key)

    def keep_outcome(self, key: bytes, text: str) -> None:
        """Remember what a run came to."""
        self._keep("outcomes", text, key)

    def keep_ignored(self, key: bytes, text: str) -> None:
        """Remember what the patterns of a file say of paths."""
        self._keep("ignored", text, key)

    def keep_footing(self, key: bytes, text: str) -> None:
        """Remember what the latest outcome under ``key`` rests on."""
        self._keep("footings", text, key)

    def keep_claims(self, key: bytes, text: str) -> None:
        """Remember what the latest outcome under ``key`` was made of."""
        self._keep("claims", text, key)

    def _keep(self, table: str, text: str, key: bytes, *numbers: int) -> None:
        if self._broken:
            return
        self._pending[table][key] = (key, *numbers, text)
        self._pending_size += len(text)
        if self._pending_size > _PENDING:
            self._write()

    def close(self) -> None:
        """Write what is new. A store that is not closed has lost nothing but that."""
        if any(self._pending.values()) or any(self._used.values()):
            self._write()
            with suppress(OSError):
                cache_folder.shrink(self.place, cache_folder.MOST_BYTES)
        self._disconnect()
        if self._unsealed:
            self._remark(f"cache: {self._unsealed} rows did not verify and were not used")

    def _write(self) -> None:
        pending, self._pending = self._pending, {table: {} for table in TABLES}
        used, self._used = self._used, {table: set() for table in TABLES}
        self._pending_size = 0

        def transaction(database: "Connection") -> None:
            with database:
                cache_database.begin(database)
                for table, columns in TABLES.items():
                    places = ", ".join("?" for _ in columns)
                    rows = map(self._row, repeat(table), pending[table].values())
                    database.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({places})", rows)
                    database.executemany(f"UPDATE {table} SET day = ? WHERE key = ?", [(self._today, key) for key in used[table]])
                    if used[table]:
                        database.execute(f"DELETE FROM {table} WHERE day < ?", (self._today - _KEPT_DAYS,))
                newest = f"SELECT rowid FROM outcomes ORDER BY rowid DESC LIMIT {_KEPT_OUTCOMES}"
                database.execute(f"DELETE FROM outcomes WHERE rowid NOT IN ({newest})")

        self._attempt(transaction, writing=True)

    def _row(self, table: str, kept: Sequence[object]) -> tuple[object, ...]:
        *row, text = kept
        return *kept, self._seal(table, row, str(text).encode()), self._today

    # --- the file -----------------------------------------------------------------------------------------------------

    def _attempt(self, work: Callable[["Connection"], T], writing: bool = False) -> T | None:
        """What ``work`` gives; None once the store has turned out to be of no use."""
        if self._broken:
            return None
        try:
            import sqlite3
        except ImportError:  # a Python that was built without
            self._broken = True
            self._remark("no cache: this Python has no sqlite3")
            return None
        try:
            if self._connection is None:
                self._connect(writing)
            return None if self._connection is None else work(self._connection)
        except (sqlite3.Error, OSError, cache_database.DamagedError, cache_folder.NotUsableError) as error:
            self._give_up(error, writing)
            return None

    def _connect(self, writing: bool) -> None:
        """A run that only reads does without a file that is not there, or that another run is about to fill."""
        key = cache_folder.make(self.place) if writing else self._known_key()
        if key is None:
            return
        self._key = cache_key.derived(key, self._purpose)
        # nobody who does not know the key can tell the name beforehand, and have a file lie there
        self._path = self.place.folder / f"facts-{cache_key.derived(self._key, 'name').hex()[:24]}.sqlite"
        if not os.path.lexists(self._path):
            if not writing:
                return
            with suppress(OSError):
                cache_folder.forget_others(self._path, time.time() - _KEPT_DAYS * _DAY)
        self._connection = cache_database.opened(self._path)
        if not writing and not cache_database.has_tables(self._connection):
            self._disconnect()

    def _known_key(self) -> bytes | None:
        cache_folder.refuse_links(self.place)
        return cache_key.known(self.place.key_base) if self.place.key_base else None

    def _give_up(self, error: Exception, writing: bool) -> None:
        """A damaged file goes, and a run that was reading makes it anew when it ends."""
        self._disconnect()
        self._broken = True
        if not cache_database.is_damage(error):
            if not cache_database.is_busy(error):  # otherwise another run keeps much the same
                self._complain(f"the cache is not used: {cache_folder.told(error)}")
            return
        try:
            cache_database.remove(self._path)
        except OSError as problem:
            self._complain(f"the cache is not used: {cache_folder.told(problem)}")
        else:
            self._broken = writing
            self._remark("cache: damaged, and made anew")

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def encoded(facts: "ModuleFacts") -> str:
    """JSON text of facts."""
    from sessionlint.model import codec  # compiles a function for each kind of fact

    return json.dumps(codec.dump(facts), separators=(",", ":"))


def decoded(text: str) -> "ModuleFacts":
    """The facts that ``encoded`` wrote."""
    from sessionlint.model import codec

    return codec.load(json.loads(text))


def _decoded(text: str) -> "ModuleFacts | None":
    try:
        return decoded(text)
    except RecursionError:  # who wrote it stood on a lower stack
        return None
