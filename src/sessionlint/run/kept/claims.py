"""What a run found in which module, and what each of its answers rests on: enough to say, after a change, what still holds.

An answer rests on *files*, on *rows* (what answers that are told by file say of one), and on *questions* about the whole
project. All go by names that mean the same in the next run.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from sessionlint.model.outcome import Remarks
from sessionlint.model.outcome_codec import dump_remarks, load_remarks
from sessionlint.model.records import dataclass

Part: TypeAlias = str
"""What an answer rests on: ``f app/db.py``, ``r app/db.py``, ``q ["...", ...]``."""

ANYTHING: Part = "?"
"""For an answer that looks at all files, or rests on what has no name."""


IMPORTS: Part = "who imports what"
OUTLINES: Part = "what is not read"


def file(path: str) -> Part:
    return f"f {path}"


def row(path: str) -> Part:
    return f"r {path}"


def asked(question: str) -> Part:
    return f"q {question}"


class Whole(NamedTuple):
    """A question about the whole project: what its answer rests on, and the answer; by file, if it is told by file."""

    parts: frozenset[Part]
    answer: "Found"


Said: TypeAlias = str | list[Any]
"""An answer: its digest, or all of it, if it is made of words, numbers and places (JSON data in a list)."""
Found: TypeAlias = Said | Mapping[str, Said]
"""What is found in a module; by file, if it is about files."""


class Look(NamedTuple):
    """A question that is asked of each module: what is ``found`` in each, if anything, and what that ``rests`` on, if on more
    than the module's own file."""

    found: Mapping[str, Found]
    rests: Mapping[str, frozenset[Part]]


@dataclass(frozen=True, slots=True)
class Claims:
    """``modules``: the files that were parsed, in order. ``findings``: what the rules found in each (JSON data), if anything;
    ``rests``: what that rests on. ``looks``: the questions that are asked of each module; ``wholes``: all others about the
    project. ``deciding`` are the questions that decide which files are read. ``imports``: of each file, as JSON data;
    ``notes``: facts without a body, of files with suppression comments or of which there is nothing else (JSON text);
    ``remarks``: on the project. ``words``: what is no file, and was asked about of questions that are told by it.
    """

    modules: Sequence[str]
    findings: Mapping[str, Any]
    rests: Mapping[str, frozenset[Part]]
    looks: Mapping[str, Look]
    wholes: Mapping[str, Whole]
    deciding: frozenset[str]
    imports: Mapping[str, Any]
    notes: Mapping[str, str]
    remarks: Remarks
    words: Sequence[str]


def dump(claims: Claims) -> str:
    """JSON text."""
    sets = _Sets()
    return json.dumps(
        {
            "modules": claims.modules,
            "findings": claims.findings,
            "rests": sets.numbers(claims.rests),
            "looks": {name: [look.found, sets.numbers(look.rests)] for name, look in claims.looks.items()},
            "wholes": {name: [sets.number(each.parts), each.answer] for name, each in claims.wholes.items()},
            "deciding": sorted(claims.deciding),
            "imports": claims.imports,
            "notes": claims.notes,
            "remarks": dump_remarks(claims.remarks),
            "words": claims.words,
            "names": list(sets.names),
            "sets": [list(each) for each in sets.known],
        },
        separators=(",", ":"),
    )


def load(text: str) -> Claims:
    """What ``dump`` wrote."""
    data = json.loads(text)
    names: list[Part] = data["names"]
    sets = [frozenset(names[number] for number in each) for each in data["sets"]]
    return Claims(
        data["modules"],
        data["findings"],
        _sets(data["rests"], sets),
        {name: Look(found, _sets(rests, sets)) for name, (found, rests) in data["looks"].items()},
        {name: Whole(sets[number], answer) for name, (number, answer) in data["wholes"].items()},
        frozenset(data["deciding"]),
        data["imports"],
        data["notes"],
        load_remarks(*data["remarks"]),
        data["words"],
    )


def _sets(numbers: Mapping[str, int], sets: Sequence[frozenset[Part]]) -> dict[str, frozenset[Part]]:
    return {path: sets[number] for path, number in numbers.items()}


class _Sets:
    """Sets of parts by number: many answers rest on the same."""

    def __init__(self) -> None:
        self.names: dict[Part, int] = {}
        self.known: dict[tuple[int, ...], int] = {}
        self._numbers: dict[frozenset[Part], int] = {}

    def numbers(self, rests: Mapping[str, frozenset[Part]]) -> dict[str, int]:
        return {path: self.number(parts) for path, parts in rests.items()}

    def number(self, parts: Iterable[Part]) -> int:
        parts = frozenset(parts)
        if parts not in self._numbers:
            numbers = tuple(sorted(self.names.setdefault(part, len(self.names)) for part in parts))
            self._numbers[parts] = self.known.setdefault(numbers, len(self.known))
        return self._numbers[parts]
