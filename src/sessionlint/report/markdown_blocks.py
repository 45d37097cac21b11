"""The blocks of a Markdown text, as far as rule pages use them: headings, paragraphs, lists, code, tables, quotes."""

import re
from collections.abc import Iterator
from typing import TypeAlias

from sessionlint.model.records import dataclass
from sessionlint.model.regex import regex

_CODE_INDENT = "    "
_FENCE = regex(r" {0,3}(`{3,}|~{3,})")
_HEADING = regex(r"(#{1,6})\s+(.*?)\s*#*$")
_ITEM = regex(r"(\s*)([-*+]|\d+[.)])\s+(.*)")
_TABLE_RULE = regex(r"\|?(\s*:?-+:?\s*\|)*\s*:?-+:?\s*\|?")
_CELL_END = regex(r"(?<!\\)\|")
_COMMENT = regex(r"<!--.*?-->\n?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str


@dataclass(frozen=True, slots=True)
class Quote:
    text: str


@dataclass(frozen=True, slots=True)
class Item:
    """One list item; ``indent`` in columns, ``marker`` as written (``-`` or ``1.``)."""

    indent: int
    marker: str
    text: str


@dataclass(frozen=True, slots=True)
class Code:
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The first row is the header."""

    rows: tuple[tuple[str, ...], ...]


Markdown: TypeAlias = Heading | Paragraph | Quote | Item | Code | Table


def blocks(text: str) -> Iterator[Markdown]:
    """The blocks of ``text`` in order; comments are left out."""
    lines = text.splitlines()
    at = 0
    while at < len(lines):
        fence = _FENCE.match(lines[at])
        end = _fence_end(lines, at, fence[1]) if fence else _prose_end(lines, at)
        if fence:
            yield Code(tuple(lines[at + 1 : end]))
            end += 1
        else:
            yield from _prose(_COMMENT.sub("", "\n".join(lines[at:end])).split("\n"))
        at = end


def before_heading(text: str, *titles: str) -> str:
    """``text`` up to the first heading with one of ``titles`` (a ``#`` inside fenced code is none)."""
    lines = text.splitlines(keepends=True)
    at = 0
    while at < len(lines):
        if fence := _FENCE.match(lines[at]):
            at = _fence_end(lines, at, fence[1])
        elif (heading := _HEADING.match(lines[at].rstrip())) and heading[2] in titles:
            return "".join(lines[:at])
        at += 1
    return text


def _fence_end(lines: list[str], start: int, fence: str) -> int:
    """The index of the line that closes a fence; behind the last one when none does."""
    for at in range(start + 1, len(lines)):
        line = lines[at].strip()
        if line.startswith(fence) and not line.strip(fence[0]):
            return at
    return len(lines)


def _prose_end(lines: list[str], start: int) -> int:
    return next((at for at in range(start, len(lines)) if _FENCE.match(lines[at])), len(lines))


def _prose(lines: list[str]) -> Iterator[Markdown]:
    """Blocks of lines without fences: a block ends at a blank line, a heading, or where another kind begins."""
    block: list[str] = []
    for line in [*lines, ""]:
        if block and (not line.strip() or _HEADING.match(line) or _ITEM.match(line) or _HEADING.match(block[-1])):
            yield _block(block)
            block = []
        if line.strip():
            block.append(line)


def _block(lines: list[str]) -> Markdown:
    first = lines[0]
    joined = " ".join(line.strip() for line in lines)
    if heading := _HEADING.match(first):
        return Heading(len(heading[1]), heading[2])
    if item := _ITEM.match(first):
        return Item(len(item[1]), item[2], " ".join([item[3], *(line.strip() for line in lines[1:])]))
    if all(line.startswith(_CODE_INDENT) for line in lines):
        return Code(tuple(line.removeprefix(_CODE_INDENT) for line in lines))
    if first.startswith(">"):
        return Quote(" ".join(line.lstrip("> ").rstrip() for line in lines))
    if len(lines) > 1 and "|" in first and _TABLE_RULE.fullmatch(lines[1].strip()):
        return Table(tuple(_cells(line) for line in [first, *lines[2:]]))
    return Paragraph(joined)


def _cells(line: str) -> tuple[str, ...]:
    inside = line.strip().removeprefix("|").removesuffix("|")
    return tuple(cell.strip().replace("\\|", "|") for cell in _CELL_END.split(inside))
