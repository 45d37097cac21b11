"""The store of a fleet: results that say what they are about by their names and what they hold by their checksums.

::

    results/<first two digits>/<digest of the repository>/<digest of the key>-<checksum>[-<until>].json
    failures/<first two digits>/<digest of the repository>/<digest of the key>.json
    runs/<number>-<who>/<part>.jsonl

A result is written once, as a whole, and never changed, so two fleets can work on one store, and two stores become one when
their files are copied into one folder. An entry that does not hold what its name says is told, and made again.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import date

from sessionlint.fleet.record import Key, Result, checksum, digest_of, encoded
from sessionlint.fleet.storage import Storage
from sessionlint.model.records import dataclass
from sessionlint.run.files.inputs import Warn

_RESULTS, _FAILURES = "results", "failures"
Today = Callable[[], date]


@dataclass(frozen=True, slots=True)
class Failures:
    """How often a key was tried in vain, at most how long (seconds) and with how much memory (MiB), and how it ended."""

    tries: int = 0
    timeout: float = 0
    memory: int = 0
    reason: str = ""

    @classmethod
    def decoded(cls, data: bytes) -> "Failures":
        """None, where the data is damaged: then it is tried again."""
        try:
            return cls(**json.loads(data))
        except (ValueError, TypeError, RecursionError):
            return cls()


class Store:
    """``warn`` is told of entries that are damaged."""

    def __init__(self, storage: Storage, warn: Warn, today: Today = date.today) -> None:
        self.storage = storage
        self.warn = warn
        self._today = today

    # --- results ------------------------------------------------------------------------------------------------------

    def known(self, repository: str) -> dict[str, str]:
        """The entries that hold results of a repository which still count, by the digest of what they are about."""
        folder = _folder(_RESULTS, repository)
        found: dict[str, str] = {}
        for name in self.storage.names(folder):
            key, _, until = _parted(name)
            if not until or until >= self._today().isoformat():
                found.setdefault(key, f"{folder}/{name}")  # of two, it is always the same that counts
        return found

    def result(self, entry: str) -> Result | None:
        """What is in an entry, which ``known`` or a sighting names; None where it is gone, or damaged, which is told."""
        if not entry.startswith(f"{_RESULTS}/") or ".." in entry.split("/"):  # a history may come from anywhere
            return None
        data = self.storage.read(entry)
        if data is None:
            return None
        try:
            if checksum(data) != _parted(entry.rpartition("/")[2])[1]:
                raise ValueError("its content is not what it was")
            return Result.decoded(data)
        except ValueError as error:
            self.warn(f"{entry}: damaged, {error}")
            return None

    def keep(self, result: Result) -> str:
        """Put a result into the store; the name of its entry. Raises OSError."""
        data = result.encoded()
        until = f"-{result.until}" if result.until else ""
        entry = f"{_folder(_RESULTS, result.key.repository)}/{result.key.digest}-{checksum(data)}{until}.json"
        self.storage.write(entry, data)
        return entry

    def entries(self) -> Iterator[str]:
        """Every entry that holds a result."""
        yield from _below(self.storage, _RESULTS)

    # --- failures -----------------------------------------------------------------------------------------------------

    def failures(self, repository: str) -> dict[str, Failures]:
        """What is known of tries that came to nothing, by the digest of what they were about."""
        folder = _folder(_FAILURES, repository)
        read = ((name.removesuffix(".json"), self.storage.read(f"{folder}/{name}")) for name in self.storage.names(folder))
        return {key: Failures.decoded(data) for key, data in read if data}

    def tried(self) -> Iterator[str]:
        """Every entry that holds failures."""
        yield from _below(self.storage, _FAILURES)

    def count(self, key: Key, failures: Failures) -> None:
        """Raises OSError."""
        self.storage.write(_failure(key), encoded(asdict(failures)))

    def forget_failures(self, key: Key) -> None:
        """Raises OSError."""
        self.storage.remove(_failure(key))


def _below(storage: Storage, folder: str) -> Iterator[str]:
    for first in storage.names(folder):
        for repository in storage.names(f"{folder}/{first}"):
            yield from (f"{folder}/{first}/{repository}/{name}" for name in storage.names(f"{folder}/{first}/{repository}"))


def _folder(kind: str, repository: str) -> str:
    digest = digest_of(repository)
    return f"{kind}/{digest[:2]}/{digest}"


def _failure(key: Key) -> str:
    return f"{_folder(_FAILURES, key.repository)}/{key.digest}.json"


def _parted(name: str) -> tuple[str, str, str]:
    """What the name of an entry says: digest of the key, checksum, and until when it counts."""
    key, _, rest = name.removesuffix(".json").partition("-")
    content, _, until = rest.partition("-")
    return key, content, until
