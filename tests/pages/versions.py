"""Versions of the libraries as pages write them: in the attributes of a proof, and in the first column of a table.

``up to 0.105``, ``0.106 to 0.117``, ``since 0.118`` and ``0.128`` speak of minor versions: ``up to 0.105`` includes 0.105.2.
Several are separated by commas.
"""

import re
from collections.abc import Iterator
from importlib.metadata import version
from typing import NamedTuple

Minor = tuple[int, int]

LIBRARIES = ("fastapi", "sqlalchemy")
_SPAN = re.compile(
    r"(?:(?P<only>\d+\.\d+)|up to (?P<until>\d+\.\d+)|since (?P<since>\d+\.\d+)|(?P<low>\d+\.\d+) to (?P<high>\d+\.\d+))"
)
_ROW = re.compile(r"^\|(.+)\|$")
_RULER = re.compile(r"^[\s|:-]+$")


class Span(NamedTuple):
    """From ``oldest`` to ``newest``, both included; None where it is open."""

    oldest: Minor | None
    newest: Minor | None


class Row(NamedTuple):
    """What a table says: in these versions of the library, this happens (for ``variant``: of the code, "" for the plain one)."""

    line: int
    library: str
    spans: tuple[Span, ...]
    variant: str
    cells: tuple[str, ...]

    @property
    def told(self) -> str:
        """The row as a proof has to print it: without its versions."""
        return " | ".join((self.variant, *self.cells) if self.variant else self.cells)


def read_spans(text: str) -> tuple[Span, ...]:
    """Raises ValueError where the text is something else."""
    spans, rest = _spans(text)
    if rest or not spans:
        raise ValueError(f"{text!r} are no versions such as 'up to 0.105, since 0.118'")
    return spans


def admits(spans: tuple[Span, ...], found: Minor) -> bool:
    return any((span.oldest or found) <= found <= (span.newest or found) for span in spans)


def installed(library: str) -> Minor:
    return _minor(version(library))


def version_rows(text: str) -> Iterator[Row]:
    """The rows of the tables whose first column is headed by the name of a library."""
    library = ""
    for number, line in enumerate(text.split("\n"), 1):
        row = _ROW.match(line.rstrip())
        cells = tuple(cell.strip() for cell in row[1].split("|")) if row else ()
        if not cells:
            library = ""
        elif not library:
            library = cells[0].lower() if cells[0].lower() in LIBRARIES else "?"
        elif library != "?" and not _RULER.match(line):
            spans, variant = _spans(cells[0])
            yield Row(number, library, spans, variant, cells[1:])


def _spans(text: str) -> tuple[tuple[Span, ...], str]:
    """The versions, and what else stands there."""
    parts = [(part, _SPAN.fullmatch(part)) for part in text.split(", ")]
    spans = [Span(_or_none(found["only"] or found["since"] or found["low"]), _newest(found)) for _, found in parts if found]
    return tuple(spans), ", ".join(part for part, found in parts if not found)


def _newest(found: re.Match[str]) -> Minor | None:
    return _or_none(found["only"] or found["until"] or found["high"])


def _or_none(text: str | None) -> Minor | None:
    return _minor(text) if text else None


def _minor(text: str) -> Minor:
    major, minor = text.split(".")[:2]
    return int(major), int(minor)
