"""Which run has seen which repository at which commit: what age and trend of findings are told from.

Runs are numbered: each is one more than the last that its store knows of, so their order depends on no clock. Runs of the
same number belong together: the shards of one fleet, which ran on copies of one store. Each line has a checksum of its own; one
that was not written to its end, when a run was killed or a disk was full, is told and left out.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from time import monotonic
from typing import Any

from sessionlint.fleet.record import Sighting, checksum, encoded
from sessionlint.fleet.storage import Storage
from sessionlint.model.records import dataclass
from sessionlint.run.files.inputs import Warn

_RUNS = "runs"
_MOST_LINES, _MOST_SECONDS = 64, 5.0
_BEGIN, _TRIED, _SEEN, _END = "begin", "tried", "seen", "end"


@dataclass(frozen=True, slots=True)
class Run:
    """The runs of one number. ``version`` and ``configuration`` are those of the first; ``shards`` says which of how many each
    was (``1/4``), and ``is_complete`` whether all of them came to their end. ``told`` is what was noted when they began."""

    number: int
    names: tuple[str, ...]
    version: str
    configuration: str
    shards: tuple[str, ...]
    is_complete: bool
    told: tuple[Mapping[str, Any], ...] = ()


class History:
    """What is told of the runs in ``storage``; ``warn`` is told of lines that are damaged."""

    def __init__(self, storage: Storage, warn: Warn) -> None:
        self._storage = storage
        self._warn = warn

    def runs(self) -> list[Run]:
        """In their order, the first of all first."""
        names = sorted((number, name) for name in self._storage.names(_RUNS) if (number := _number(name)))
        return [self._run(number, [name for _, name in each]) for number, each in groupby(names, key=lambda pair: pair[0])]

    def sightings(self, run: Run) -> Iterator[Sighting]:
        """What a run came to, by repository, in the order of their names; of several about one, the last."""
        found = {each.repository: each for name in run.names for each in self._sightings(name)}
        yield from (found[repository] for repository in sorted(found))

    def _run(self, number: int, names: Sequence[str]) -> Run:
        begun, ended = [], 0
        for name in names:
            for line in self._lines(name):
                if line["kind"] == _BEGIN:
                    begun.append(line["told"])
                ended += line["kind"] == _END and not line["told"].get("interrupted")
        first = begun[0] if begun else {}
        shards = tuple(sorted(told["shard"] for told in begun if told.get("shard")))
        version, configuration = str(first.get("version", "")), str(first.get("configuration", ""))
        is_complete = ended == len(names) and _are_all(shards)
        return Run(number, tuple(names), version, configuration, shards, is_complete, tuple(begun))

    def _sightings(self, name: str) -> Iterator[Sighting]:
        for line in self._lines(name):
            if line["kind"] == _SEEN:
                try:
                    yield Sighting.of(line["told"])
                except ValueError as error:
                    self._warn(f"{_RUNS}/{name}: left out, {error}")

    def _lines(self, name: str) -> Iterator[dict[str, Any]]:
        for part in self._storage.names(f"{_RUNS}/{name}"):
            for number, line in enumerate((self._storage.read(f"{_RUNS}/{name}/{part}") or b"").splitlines(), start=1):
                if line and (told := _read(line)) is not None:
                    yield told
                elif line:
                    self._warn(f"{_RUNS}/{name}/{part}:{number}: damaged, left out")


class Log:
    """What is noted of one run, as it goes on. Raises OSError where it cannot be."""

    def __init__(self, storage: Storage, told: Mapping[str, Any], now: Callable[[], float] = monotonic) -> None:
        """``told``: ``version``, ``configuration``, ``shard`` and whatever else is worth knowing of the run."""
        self._storage = storage
        last = max(map(_number, storage.names(_RUNS)), default=0)
        self.name = f"{last + 1:06}-{os.urandom(4).hex()}"
        self._lines: list[bytes] = []
        self._part = 1
        self._now = now
        self._written = now()
        self._add(_BEGIN, told)
        self.flush()

    def try_again(self, told: Mapping[str, Any]) -> None:
        """A try came to nothing, and there will be another one: nobody needs it but who wants to know how a run went."""
        self._add(_TRIED, told)

    def see(self, sighting: Sighting) -> None:
        self._add(_SEEN, sighting.data())
        if self._storage.appends or len(self._lines) >= _MOST_LINES or self._now() - self._written > _MOST_SECONDS:
            self.flush()

    def end(self, told: Mapping[str, Any]) -> None:
        """``told``: what it came to; ``interrupted`` where it did not come to its end."""
        self._add(_END, told)
        self.flush()

    def flush(self) -> None:
        """Where lines cannot be put behind others, each time makes another part."""
        data, self._lines = b"".join(self._lines), []
        name = f"{_RUNS}/{self.name}/{self._part:06}.jsonl"
        if data and self._storage.appends:
            self._storage.append(name, data)
        elif data:
            self._storage.write(name, data)
            self._part += 1
        self._written = self._now()

    def _add(self, kind: str, told: Mapping[str, Any]) -> None:
        line = {"kind": kind, "told": told}
        self._lines.append(encoded({**line, "checksum": checksum(encoded(line))}))


def _read(line: bytes) -> dict[str, Any] | None:
    """What a line tells, if it is as it was written."""
    try:
        told = json.loads(line)
        said = told.pop("checksum")
        return told if checksum(encoded(told)) == said else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _number(name: str) -> int:
    """0 for what is no run."""
    number = name.partition("-")[0]
    return int(number) if number.isdecimal() else 0


def _are_all(shards: Sequence[str]) -> bool:
    """Whether no shard of a fleet is missing, where it has some."""
    counts = {shard.partition("/")[2] for shard in shards}
    return not counts or (
        len(counts) == 1 and {f"{each}/{count}" for count in counts for each in range(1, int(count) + 1)} <= {*shards}
    )
