"""Several stores become one: what is not there yet is copied, and what is damaged stays behind."""

from collections.abc import Iterator, Sequence

from sessionlint.fleet.storage import Storage
from sessionlint.fleet.store import Store
from sessionlint.run.errors import UsageError
from sessionlint.run.files.inputs import Warn

_TRIES, _RUNS = "failures", "runs"


def merged(sources: Sequence[Storage], into: Storage, warn: Warn) -> int:
    """Copy what is in ``sources``, and return how many entries were new. Raises UsageError for one that is no store, OSError."""
    for source in sources:
        if not source.names(_RUNS):
            raise UsageError(f"{source}: no store of a fleet")
    return sum(_copied(source, into, name) for source in sources for name in _names(source, warn))


def _names(source: Storage, warn: Warn) -> Iterator[str]:
    store = Store(source, warn)
    yield from (entry for entry in store.entries() if store.result(entry) is not None)
    for run in source.names(_RUNS):
        yield from (f"{_RUNS}/{run}/{part}" for part in source.names(f"{_RUNS}/{run}"))
    yield from store.tried()


def _copied(source: Storage, into: Storage, name: str) -> bool:
    """A result never changes, and the file of a run only grows."""
    data, there = source.read(name), into.read(name)
    if data is None or (there is not None and len(there) >= len(data)):
        return False
    into.write(name, data)
    return True
