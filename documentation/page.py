"""A page of the site, and how its Markdown is gone through."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent

_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)")


@dataclass(frozen=True)
class Page:
    """``target`` is where it lies on the site (``rules/bare-session.md``), ``origin`` the file of the repository from which its
    links lead, ``title`` and ``description`` what a search engine shows, where the text does not say it."""

    target: str
    text: str
    origin: str
    title: str = ""
    description: str = ""

    @property
    def source(self) -> str:
        """The text with what the generator is told in front of it."""
        told = {"title": self.title, "description": self.description}
        lines = [f"{key}: {_quoted(value)}\n" for key, value in told.items() if value]
        return "".join(["---\n", *lines, "---\n\n", self.text]) if lines else self.text


def read(path: str) -> str:
    """A file of the repository."""
    return (ROOT / path).read_text(encoding="utf-8")


def change_prose(markdown: str, change: Callable[[str], str]) -> str:
    """The text with each of its parts changed that is no code."""
    return "\n".join(line if is_code else _outside_code(line, change) for line, is_code in _lines(markdown))


def prose_lines(markdown: str) -> Iterator[str]:
    """The lines that are no code."""
    return (line for line, is_code in _lines(markdown) if not is_code)


def _lines(markdown: str) -> Iterator[tuple[str, bool]]:
    """Each line, and whether it belongs to a block of code."""
    fence = ""
    for line in markdown.split("\n"):
        found = _FENCE.match(line)
        yield line, bool(fence or found or line.startswith("    "))
        if found and (not fence or found[1] == fence):
            fence = "" if fence else found[1]


def _outside_code(line: str, change: Callable[[str], str]) -> str:
    changed, end = [], 0
    for code in _CODE.finditer(line):
        changed += [change(line[end : code.start()]), code[0]]
        end = code.end()
    return "".join([*changed, change(line[end:])])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
