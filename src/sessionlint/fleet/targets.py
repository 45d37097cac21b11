"""The repositories of a fleet: lines of a file, as CSV, JSON or one place each, or the clones in a folder.

A list is read once to see that it can be read, and to count it, and then line by line: nothing is held of it but the text from
standard input.
"""

import csv
import glob
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import IO, Any

from sessionlint.fleet.record import Target, digest_of
from sessionlint.model.records import dataclass
from sessionlint.model.regex import regex
from sessionlint.run.errors import UsageError
from sessionlint.run.files.inputs import Warn

_KEYS = ("repository", "source", "revision", "owner", "labels")
_OTHER_NAMES = {"name": "repository", "url": "source", "path": "source", "ref": "revision", "commit": "revision"}
_SCP = regex(r"(?:[\w.+-]+@)?(?P<host>[\w.-]{2,}):(?!//|\\|:)(?P<path>.+)")
_WITH_SCHEME = regex(r"(?:git\+)?(?P<scheme>[a-z][a-z0-9+.-]*)://(?:[^/@]*@)?(?P<host>[^/]*)/(?P<path>.*)", re.IGNORECASE)
_LABELS = regex(r"[;\s]+")


def is_url(source: str) -> bool:
    """Whether git has to fetch it."""
    return _WITH_SCHEME.fullmatch(source) is not None or (_SCP.fullmatch(source) is not None and not Path(source).exists())


def without_credentials(source: str) -> str:
    """A source as it may be shown and kept."""
    return re.sub(r"(?<=://)[^/@]*@", "", source)


@dataclass(frozen=True, slots=True)
class Shard:
    """The part ``number`` of ``count``: always the same repositories, whatever else is in the list."""

    number: int = 1
    count: int = 1

    @classmethod
    def of(cls, text: str) -> "Shard":
        """From ``2/4``. Raises UsageError."""
        number, slash, count = text.partition("/")
        if slash and number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count):
            return cls(int(number), int(count))
        raise UsageError(f'--shard: expected I/N, as 1/4, got "{text}"')

    def __contains__(self, target: object) -> bool:
        if not isinstance(target, Target):
            return False
        return self.count == 1 or int(digest_of(target.repository), 16) % self.count == self.number - 1

    def __str__(self) -> str:
        return f"{self.number}/{self.count}" if self.count > 1 else ""


class Targets:
    """Those in ``place``: a folder, a file, or what standard input, ``stdin``, says. Raises UsageError."""

    def __init__(self, place: str, stdin: IO[bytes] | None, shard: Shard, warn: Warn) -> None:
        self._place = place
        self._shard = shard
        if place == "-" and stdin is None:
            raise UsageError("standard input is closed")
        if place != "-" and not Path(place).exists():
            raise UsageError(f"{place}: no such file or folder")
        self._said = stdin.read() if place == "-" and stdin is not None else None
        self.count = sum(1 for _ in self._read(warn))

    def __iter__(self) -> Iterator[Target]:
        return self._read(_not_told)

    def _read(self, warn: Warn) -> Iterator[Target]:
        found = _clones(Path(self._place)) if self._said is None and Path(self._place).is_dir() else self._listed(warn)
        return (target for target in found if target in self._shard)

    def _listed(self, warn: Warn) -> Iterator[Target]:
        if self._said is not None:
            yield from _parsed(BytesIO(self._said), "-", warn)
            return
        try:
            with Path(self._place).open("rb") as file:
                yield from _parsed(file, self._place, warn)
        except OSError as error:
            raise UsageError(f"{self._place}: {error.strerror}") from None


def _not_told(text: str) -> None:
    """It was told when the list was read for the first time."""


def _clones(folder: Path) -> Iterator[Target]:
    """The folders directly in ``folder``; where one holds clones, those."""
    for each in _folders(folder):
        inner = [] if (each / ".git").exists() else [clone for clone in _folders(each) if (clone / ".git").exists()]
        yield from (Target(clone.relative_to(folder).as_posix(), str(clone)) for clone in inner or [each])


def _folders(folder: Path) -> list[Path]:
    try:
        return sorted(each for each in folder.iterdir() if each.is_dir() and not each.name.startswith("."))
    except OSError as error:
        raise UsageError(f"{folder}: {error.strerror}") from None


# --- a list -----------------------------------------------------------------------------------------------------------


def _parsed(file: IO[bytes], name: str, warn: Warn) -> Iterator[Target]:
    lines = ((number, text) for number, data in enumerate(file, start=1) if (text := _text(data, f"{name}:{number}")))
    first = next(lines, None)
    if first is None:
        return
    every = chain([first], lines)
    if first[1].startswith("{"):
        rows: Iterable[tuple[int, Mapping[str, Any]]] = ((number, _object(text, f"{name}:{number}")) for number, text in every)
    elif header := _header(first[1]):
        rows = ((number, _row(header, text, f"{name}:{number}")) for number, text in lines)
    else:
        rows = ((number, {"source": text}) for number, text in every)
    for number, row in rows:
        yield from _targets(row, f"{name}:{number}", warn)


def _text(data: bytes, where: str) -> str:
    try:
        text = data.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise UsageError(f"{where}: not UTF-8") from None
    return "" if text.startswith("#") else text


def _object(text: str, where: str) -> Mapping[str, Any]:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise UsageError(f"{where}: expected a JSON object")
    return {_OTHER_NAMES.get(str(key), str(key)): value for key, value in told.items()}


def _header(text: str) -> list[str] | None:
    """The columns, where the first line names them."""
    cells = [cell.strip().lower() for cell in next(csv.reader([text]))]
    names = [_OTHER_NAMES.get(cell, cell) for cell in cells]
    return names if "source" in names else None


def _row(header: list[str], text: str, where: str) -> Mapping[str, Any]:
    cells = next(csv.reader([text]))
    if len(cells) > len(header):
        raise UsageError(f"{where}: {len(cells)} cells under {len(header)} columns")
    return dict(zip(header, (cell.strip() for cell in cells), strict=False))


def _targets(row: Mapping[str, Any], where: str, warn: Warn) -> Iterator[Target]:
    labels = row.get("labels") or ()
    told = [row.get(key) or "" for key in _KEYS[:4]]
    labels = tuple(filter(None, _LABELS.split(labels))) if isinstance(labels, str) else labels
    if not all(isinstance(each, str) for each in (*told, *labels)) or not isinstance(labels, (list, tuple)):
        raise UsageError(f"{where}: expected texts, and a list of texts for labels")
    repository, source, revision, owner = told
    if not source:
        raise UsageError(f"{where}: no source: a folder, or the URL of a git repository")
    source, revision = _parted(source, revision)
    if revision.startswith("-") or source.startswith("-") or any(ord(each) < ord(" ") for each in source + revision):
        raise UsageError(f"{where}: no source, and no revision, looks like this")
    places = [source] if is_url(source) or not glob.has_magic(source) or Path(source).exists() else _matching(source)
    if not places:
        warn(f"{where}: {source}: nothing of that name")
    for place in places:
        name = repository if repository and len(places) == 1 else _named(place)
        yield Target(name, place, revision, owner, tuple(labels))


def _parted(source: str, revision: str) -> tuple[str, str]:
    """A revision may stand behind the URL, with an ``@``, as pip has it."""
    source = source.removeprefix("git+")
    head, slash, last = source.rpartition("/")
    name, at, written = last.partition("@")
    if slash and at and name and not revision and is_url(source):
        return f"{head}/{name}", written
    return source, revision


def _matching(pattern: str) -> list[str]:
    return sorted(path for path in glob.iglob(pattern, recursive=True) if Path(path).is_dir())  # noqa: PTH207 - from anywhere


def _named(source: str) -> str:
    """``github.com/owner/name`` for a URL, and a folder as it is written."""
    match = (_WITH_SCHEME.fullmatch(source) or _SCP.fullmatch(source)) if is_url(source) else None
    if match is None:
        return Path(source).as_posix()
    return "/".join(filter(None, (match["host"], match["path"].strip("/").removesuffix(".git"))))
