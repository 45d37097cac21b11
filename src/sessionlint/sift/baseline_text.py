"""A baseline as text: a line that says what it is, then one JSON object for each entry, sorted; what git merges line by line."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sessionlint.sift.identity import Identity

_HEADER = '{"sessionlint-baseline": 1}'
_KEYS: Mapping[str, type] = {"rule": str, "path": str, "in": str, "line": str, "nth": int, "of": int}
_NEEDED = ("rule", "path", "line")


class NoBaselineError(Exception):
    """This is no baseline, or one that we cannot read; the text says where and why, and quotes nothing of it."""


def dumped(entries: Iterable[Identity]) -> str:
    """The text for ``entries``, the same for the same ones in any order."""
    lines = sorted((entry, json.dumps(_row(entry))) for entry in entries)
    return "".join(f"{line}\n" for line in (_HEADER, *(line for _, line in lines)))


def loaded(data: bytes) -> list[Identity]:
    """The entries of a text in any order, as merges leave it. Raises NoBaselineError."""
    lines = data.decode("utf-8", errors="replace").splitlines()
    if not is_baseline(data):
        raise NoBaselineError("not a baseline of sessionlint")
    return [_entry(line, number) for number, line in enumerate(lines, 1) if line.strip() and line.strip() != _HEADER]


def is_baseline(data: bytes) -> bool:
    """Whether somebody made a baseline of this file, however it looks now."""
    return _HEADER.encode() in data.splitlines()[:2]  # the first may say that a merge ended in a conflict


def _row(entry: Identity) -> dict[str, Any]:
    row = {"rule": entry.code, "path": entry.path, "in": entry.name, "line": entry.line, "nth": entry.nth, "of": entry.of}
    return {key: value for key, value in row.items() if key in _NEEDED or value not in ("", 1)}


def _entry(line: str, number: int) -> Identity:
    if line.startswith(("<<<<<<<", "=======", ">>>>>>>", "|||||||")):
        raise NoBaselineError(f"line {number}: a conflict of a merge; keep both sides, then run `sessionlint baseline prune`")
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise NoBaselineError(f"line {number}: not an entry") from None
    if not isinstance(row, dict) or not row.keys() >= set(_NEEDED) or any(type(row[key]) is not _KEYS.get(key) for key in row):
        raise NoBaselineError(f"line {number}: not an entry")
    return Identity(row["path"], row.get("in", ""), row["line"], row["rule"], row.get("nth", 1), row.get("of", 1))
