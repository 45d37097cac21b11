"""Is what makes a run faster invisible in what it says? Each way to a result must give the same findings and fixes.

Every way runs in a process of its own, so that nothing is shared but what is on disk, and Python orders its sets differently.
"""

import ast
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count, zip_longest
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from sessionlint import run
from sessionlint.report import diff
from sessionlint.report import json as json_report
from sessionlint.report.look import Look
from sessionlint.run import pipeline
from sessionlint.run.analysis import Analysis
from sessionlint.run.extraction import extractor
from sessionlint.run.files.reading import read_bytes
from sessionlint.run.looking import Result
from sessionlint.run.parts import apart
from sessionlint.run.request import FixLevel, Request

_SHOWN = 160
_EACH = 20
_MOST = 40


@dataclass(frozen=True, slots=True)
class Way:
    """``request``: the fields of a Request in which this way is unlike the plain one.

    Ways with the same ``cache`` share one, which is new for each project; "" is none. ``workers``: parse in workers, however
    little there is to parse. ``apart``: parts that do not know each other in processes of their own, however small they are.
    ``goes_on``: from what a run has kept in which some files had another text. ``apart_from`` names the parts of what is seen in
    which it is meant to differ.
    """

    name: str
    request: Mapping[str, Any] = field(default_factory=dict)
    cache: str = ""
    workers: bool = False
    goes_on: bool = False
    apart: bool = False
    apart_from: Sequence[str] = ()


# the first is what the others are compared with
WAYS: Sequence[Way] = (
    Way("plain"),
    # whoever parses every file also has every template to tell of, even one that has nothing to do with SQLAlchemy
    Way("every file parsed", {"prefilter": False}, apart_from=("notes",)),
    Way("two workers", {"jobs": 2}, workers=True),
    Way("three workers", {"jobs": 3}, workers=True),
    Way("cold cache", cache="one"),
    Way("warm cache", cache="one"),
    Way("cold cache, three workers", {"jobs": 3}, cache="two", workers=True),
    Way("warm cache of three workers", cache="two"),
    Way("going on from other texts", cache="three", goes_on=True),
    Way("parts in two processes", {"jobs": 2}, apart=True),
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What came out: numbers for the eye, and every line that must not differ, by what it belongs to."""

    files: int
    findings: int
    fixes: int
    parts: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Row:
    """``seen`` is None after a crash; ``difference`` from the first way is "" when there is none."""

    way: str
    seen: Seen | None
    difference: str


class BeganAgainError(Exception):
    """A run was to go on from another, and began at the beginning."""


@contextmanager
def _other_texts() -> Iterator[None]:
    """Some of the files that speak of sessions have a comment more at their end."""
    numbers = count()

    def other(root: Path, path: str) -> object:
        data = read_bytes(root, path)
        if not isinstance(data, bytes) or not _is_telling(data) or (number := next(numbers)) % _EACH or number > _EACH * _MOST:
            return data
        return data + b"# another line\n"

    with patch.object(pipeline, "read_bytes", other):
        yield


def _is_telling(data: bytes) -> bool:
    if b"sqlalchemy" not in data or not data.endswith(b"\n"):
        return False
    with suppress(SyntaxError, ValueError):
        return bool(ast.parse(data).body)
    return False


@contextmanager
def _going_on() -> Iterator[None]:
    """Raises BeganAgainError where a run begins at the beginning."""

    def check(*_: object) -> None:
        raise BeganAgainError

    with patch.object(Analysis, "check", check):
        yield


class WorkersFailedError(Exception):
    """Workers were to parse, and the run did without them."""


def compared(tree: Path, rules: Sequence[str] = (), ways: Sequence[Way] = WAYS) -> Iterator[Row]:
    """One row per way, as soon as it is there. ``rules`` are selectors; none for the default rules."""
    plain: Seen | None = None
    with TemporaryDirectory() as caches:
        for way in ways:
            try:
                seen = _in_another_process(way, tree, rules, Path(caches))
            except Exception as error:  # whatever it is, the other ways and projects are still worth a look
                yield Row(way.name, None, f"crashed: {type(error).__name__}: {error}")
                continue
            plain = plain or seen
            yield Row(way.name, seen, difference(plain, seen, way.apart_from))


def _in_another_process(way: Way, tree: Path, rules: Sequence[str], caches: Path) -> Seen:
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(look, way, tree, rules, caches).result()


def look(way: Way, tree: Path, rules: Sequence[str], caches: Path) -> Seen:
    """Check and fix the texts of ``tree`` in this process; nothing in it changes. Raises WorkersFailedError, BeganAgainError,
    UsageError."""
    warnings: list[str] = []

    def run(fix: FixLevel) -> Result:
        return pipeline.check(_request(way, tree, rules, caches, fix), warnings.append)

    if way.goes_on:
        with _other_texts():
            run("none")
    with _workers_for_all() if way.workers or way.apart else nullcontext(), _all_apart() if way.apart else nullcontext():
        with _going_on() if way.goes_on else nullcontext():
            found = run("none")
        fixed = run("unsafe")
    parts = {
        "findings": _findings(found),
        "fixes": diff.render(((change.before, change.text) for change in fixed.changes), Look()).splitlines(),
        "fixed files": [_digest(change.before.path, change.before.encode(change.text)) for change in fixed.changes],
        "findings afterwards": _findings(fixed),
        "notes": [*map(str, found.outcome.skipped), *found.outcome.notes],
        "errors": [*found.outcome.errors, *fixed.outcome.errors],
        "warnings": warnings,
    }
    return Seen(found.outcome.checked, len(found.outcome.findings), fixed.outcome.fixed, parts)


def _request(way: Way, tree: Path, rules: Sequence[str], caches: Path, fix: FixLevel) -> Request:
    """Checks and fixes have a cache of their own each: after a shared one no fix would ever start from a cold one."""
    options: list[tuple[str, object]] = [("respect-gitignore", False)]
    if rules:
        options.append(("select", list(rules)))
    fields = {"cache": bool(way.cache), "cache_dir": caches / f"{way.cache}-{fix}", **way.request}
    return Request((str(tree),), options=tuple(options), isolated=True, project_root=tree, fix=fix, **fields)


@contextmanager
def _all_apart() -> Iterator[None]:
    with patch.object(apart, "_WORTH_A_PROCESS", -1):
        yield


@contextmanager
def _workers_for_all() -> Iterator[None]:
    """Raises WorkersFailedError when they fail, for a run that goes on without them has shown nothing."""
    logger, said = logging.getLogger(run.__name__), _Kept()
    level = logger.level
    logger.addHandler(said)
    logger.setLevel(logging.DEBUG)
    try:
        with patch.object(extractor, "_WORTH_A_WORKER", 1):
            yield
    finally:
        logger.removeHandler(said)
        logger.setLevel(level)
    if said.records:
        raise WorkersFailedError(said.records[0].getMessage())


class _Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


def _findings(result: Result) -> list[str]:
    """One line of JSON for each, for a difference is easier to see in a line."""
    return [json.dumps(entry) for entry in json.loads(json_report.render(result.outcome, result.sources, Look()))["findings"]]


def _digest(path: str, data: bytes) -> str:
    return f"{path}: {sha256(data).hexdigest()}"


def difference(expected: Seen, seen: Seen, apart_from: Sequence[str] = ()) -> str:
    """The first one, in words; "" when there is none."""
    for part, lines in expected.parts.items():
        for number, (before, after) in enumerate(zip_longest(lines, seen.parts[part]), 1):
            if before != after and part not in apart_from:
                return f"{part}, {number}: {_around(before, after)} instead of {_around(after, before)}"
    return "" if expected.files == seen.files else f"{seen.files} files instead of {expected.files}"


def _around(unlike: str | None, line: str | None) -> str:
    """What of ``line`` lies around the first character that differs from ``unlike``."""
    if line is None:
        return "nothing"
    same = next((at for at, (one, other) in enumerate(zip(line, unlike or "", strict=False)) if one != other), 0)
    start = max(0, same - _SHOWN // 2)
    return f"{'...' if start else ''}{line[start : start + _SHOWN]}{'...' if start + _SHOWN < len(line) else ''}"


def line(row: Row) -> str:
    """A row as it is printed."""
    seen = row.seen
    counts = f"{seen.files:6} files {seen.findings:5} findings {seen.fixes:5} fixes" if seen else ""
    return f"{row.way:26} {counts}  {f'DIFFERENT: {row.difference}' if row.difference else 'same'}"
