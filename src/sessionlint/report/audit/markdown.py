"""A document in Markdown: what it quotes is nothing but text there."""

import re
from collections.abc import Iterable, Iterator

from sessionlint.report.audit.blocks import Block, Line, Lines, Listing, Prose, Table, Title
from sessionlint.report.markdown import prose
from sessionlint.report.visible import visible


def render(document: Iterable[Block]) -> str:
    return "\n".join("".join(f"{line}\n" for line in _block(block)) for block in document)


def _block(block: Block) -> Iterator[str]:
    match block:
        case Title(level, text):
            yield f"{'#' * level} {prose(text)}"
        case Prose(text, label):
            yield f"{_label(label)}{prose(text)}"
        case Lines(lines, numbered):
            for place, line in enumerate(lines, start=1):
                yield from _line(line, f"{place}. " if numbered else "- ", "")
        case Table(head, rows):
            yield _row(head)
            yield f"|{'---|' * len(head)}"
            yield from (_row(row) for row in rows)
        case Listing(lines, language):
            fence = "`" * max(3, 1 + max((len(run) for line in lines for run in re.findall("`+", line)), default=0))
            yield f"{fence}{language}"
            yield from (visible(line, keep="\t") for line in lines)
            yield fence


def _line(line: Line, marker: str, indent: str) -> Iterator[str]:
    yield f"{indent}{marker}{_label(line.label)}{prose(line.text)}".rstrip()
    for below in line.below:
        yield from _line(below, "- ", indent + " " * len(marker))


def _label(label: str) -> str:
    return f"**{label}**: " if label else ""


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(prose(cell) for cell in cells)} |"
