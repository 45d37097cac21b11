"""The comments in a case that say which findings to expect."""

import re
from dataclasses import dataclass
from typing import NamedTuple

_ONE = r'#\s*(?P<severity>error|warning|info):\s*(?P<code>SES\d{3})(?::(?P<column>\d+))?(?:[ \t]+"(?P<text>(?:[^"\\]|\\.)*)")?'
_MARKER = re.compile(_ONE)
_PLAIN = re.sub(r"\?P<\w+>", "?:", _ONE)
_AT_END = re.compile(rf"[ \t]*(?:{_PLAIN}[ \t]*)+$")
_OWN_LINE = re.compile(rf"^[ \t]*#[ \t]*\^[ \t]*((?:{_PLAIN.removeprefix('#')}[ \t]*)(?:{_PLAIN}[ \t]*)*)$")


class Seen(NamedTuple):
    """A finding as a person sees it, whichever way it came; line and column count from 1."""

    path: str
    line: int
    column: int
    severity: str
    code: str
    message: str


@dataclass(frozen=True)
class Marker:
    """An expected finding. ``line`` counts in the text without markers, ``column`` and ``text`` may be left open."""

    line: int
    severity: str
    code: str
    column: int | None = None
    text: str = ""

    def matches(self, seen: Seen) -> bool:
        return (
            (self.line, self.severity, self.code) == (seen.line, seen.severity, seen.code)
            and self.column in (None, seen.column)
            and self.text in seen.message
        )

    def __str__(self) -> str:
        column = f":{self.column}" if self.column else ""
        text = self.text.replace("\\", "\\\\").replace('"', '\\"')
        return f"# {self.severity}: {self.code}{column}" + (f' "{text}"' if text else "")


@dataclass(frozen=True)
class Marked:
    """A text without its markers, and the markers. ``block_lines``: for each line of it, its index in the marked text."""

    text: str
    markers: tuple[Marker, ...]
    block_lines: tuple[int, ...]


def read_markers(marked: str) -> Marked:
    """Take the markers out of a block's text."""
    lines: list[str] = []
    block_lines: list[int] = []
    markers: list[Marker] = []
    for index, line in enumerate(marked.split("\n")):
        if own := _OWN_LINE.match(line):
            markers += _markers("#" + own[1], len(lines))
        else:
            found = _AT_END.search(line)
            lines.append(line[: found.start()] if found else line)
            block_lines.append(index)
            markers += _markers(found[0], len(lines)) if found else ()
    return Marked("\n".join(lines), tuple(markers), tuple(block_lines))


def _markers(comment: str, line: int) -> list[Marker]:
    return [
        Marker(
            line,
            match["severity"],
            match["code"],
            int(match["column"]) if match["column"] else None,
            re.sub(r"\\(.)", r"\1", match["text"] or ""),
        )
        for match in _MARKER.finditer(comment)
    ]


def write_markers(text: str, markers: list[Marker]) -> str:
    """The inverse: ``text`` with every marker at the end of its line."""
    lines = text.split("\n")
    for marker in markers:
        lines[marker.line - 1] += f"  {marker}"
    return "\n".join(lines)
