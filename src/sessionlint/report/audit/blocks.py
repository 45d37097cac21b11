"""The pieces of a document. Their texts are prose with code between backticks, whatever the document is written in."""

from sessionlint.model.records import dataclass
from sessionlint.report.visible import visible

OBSERVED, INFERRED, UNKNOWN = "Observed", "Inferred", "Unknown"
"""What stands in the code; what follows from it, if nothing else holds; what cannot be told from the code."""


@dataclass(frozen=True, slots=True)
class Title:
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """``label`` stands before the text, ``below`` are lines that belong to it."""

    text: str
    label: str = ""
    below: "tuple[Line, ...]" = ()


@dataclass(frozen=True, slots=True)
class Lines:
    """``numbered``: in an order that means something."""

    lines: tuple[Line, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Prose:
    text: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Listing:
    lines: tuple[str, ...]
    language: str = ""


Block = Title | Lines | Prose | Table | Listing


def quoted(text: str) -> str:
    """``text`` from the code, as code; what could end it there is written otherwise."""
    return f"`{visible(text).replace('`', chr(39))}`" if text else ""


def listed(texts: "tuple[str, ...] | list[str]", most: int, every: bool = False) -> str:
    """``a, b and 3 more``; the texts are prose."""
    shown = list(texts) if every or len(texts) <= most else list(texts[: most - 1])
    rest = len(texts) - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest else "")


def number(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"
