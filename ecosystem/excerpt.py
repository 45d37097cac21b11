"""A finding as a person reads it: message, source around it, and the other places of its story."""

from collections.abc import Iterator
from pathlib import Path

from ecosystem.findings import Found, Spot, read_lines
from ecosystem.labels import short_id

CONTEXT = 8
RELATED_CONTEXT = 2


def render(found: Found, tree: Path) -> str:
    """Several lines: a heading with the id, the message, and excerpts with line numbers and an arrow at each place."""
    key = found.key
    heading = f"=== {short_id(key)}  {key.rule}  {key.package}  {key.path}:{found.spot.line}  in {key.scope or '<module>'}"
    return "\n".join([heading, f"    {found.spot.message}", *excerpt(tree, found.spot, CONTEXT), *_related(found, tree), ""])


def _related(found: Found, tree: Path) -> Iterator[str]:
    for spot in found.related:
        yield f"  - {spot.path}:{spot.line}  {spot.message}"
        yield from excerpt(tree, spot, RELATED_CONTEXT)


def excerpt(tree: Path, spot: Spot, context: int) -> Iterator[str]:
    """The line of ``spot`` and ``context`` lines on either side, as far as the file goes."""
    lines = read_lines(tree / spot.path)
    for number in range(max(1, spot.line - context), min(len(lines), spot.line + context) + 1):
        yield f"{'>' if number == spot.line else ' '}{number:5} | {printable(lines[number - 1])}".rstrip()


def printable(line: str) -> str:
    """Strangers' text goes to a terminal: nothing in it may steer one."""
    return "".join(char if char.isprintable() else " " if char == "\t" else "?" for char in line.expandtabs(4))
