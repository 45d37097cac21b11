"""Text as a terminal and a CI's log show it: control characters made visible, widths in cells, wrapping, tabs, no commands."""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from sessionlint.model.regex import regex

TAB_WIDTH = 4
_JOINERS = "\u200c\u200d"
# GitHub obeys "::name ...::" at the start of a line, behind blanks of any kind, and takes a lone carriage return for its end
_COMMAND = regex(r"(?<![^\r\n])((?:[^\S\r\n]|\x1b\[[\d;]*m)*):(?=:[A-Za-z])")
# GitHub "##[name]", Azure "##vso[name]" and TeamCity "##teamcity[name]", wherever in a line they stand
_BRACKETED = regex(r"##(?=\w*\[)")


def visible(text: str, keep: str = "") -> str:
    """``text`` with nothing left that could steer a terminal or hide in it; tabs become spaces. Those of ``keep`` stay.

    Control characters turn into their pictures (``␛``); the rest of the invisible, direction marks, line separators and
    lone surrogates (undecodable file names) into escapes such as ``\\u202e``.
    """
    if keep and not (text.isascii() and text.isprintable()):
        return "".join(character if character in keep else _cell(character) for character in text)
    return "".join(cells(text))


def inert(text: str) -> str:
    """``text``, of one line or many, with nothing in it that the log of a CI takes for a command."""
    return without_brackets(_COMMAND.sub(r"\1\\x3a", text) if "::" in text else text)


def without_brackets(text: str, hash_sign: str = "\\x23") -> str:
    """``text`` without the commands that need not begin a line: ``hash_sign`` is written for a ``#`` of theirs."""
    return _BRACKETED.sub(lambda _: "#" + hash_sign, text) if "##" in text else text


def cells(text: str) -> list[str]:
    """What is printed for each character of one line, in parallel with ``text``."""
    if text.isascii() and text.isprintable():
        return list(text)
    shown: list[str] = []
    column = 0
    for character in text:
        cell = " " * (TAB_WIDTH - column % TAB_WIDTH) if character == "\t" else _cell(character)
        column += width(cell)
        shown.append(cell)
    return shown


@lru_cache(maxsize=1024)
def _cell(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if character not in _JOINERS and unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return character.encode("unicode_escape").decode("ascii")
    return character


def width(text: str) -> int:
    """Terminal cells that ``text`` takes: two for wide East Asian characters and emoji, none for combining marks."""
    return len(text) if text.isascii() else sum(map(_character_width, text))


@lru_cache(maxsize=1024)
def _character_width(character: str) -> int:
    if character in _JOINERS or unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def wrap(text: str, columns: int, first: str = "", rest: str = "") -> list[str]:
    """``text`` made visible and broken at spaces into lines of at most ``columns`` cells; a longer word stays whole.

    ``first`` and ``rest`` are put before the first and the other lines and count as part of them.
    """
    words = visible(" ".join(text.split())).split(" ")
    lines = break_lines([width(word) for word in words], columns, width(first), width(rest))
    return [((rest if number else first) + " ".join(words[line])).rstrip() for number, line in enumerate(lines)]


def break_lines(widths: Sequence[int], columns: int, first: int = 0, rest: int = 0) -> list[slice]:
    """Which words stand on which line, given their widths and the cells already taken on the first and the other lines.

    The first line stays without words when its own beginning leaves too little room for the first of them.
    """
    crowded = bool(widths) and rest < first and first + widths[0] > columns
    lines = [slice(0, 0)] if crowded else []
    begin, used = 0, rest if crowded else first
    for index, word in enumerate(widths):
        space = 1 if index > begin else 0
        if space and used + space + word > columns:
            lines.append(slice(begin, index))
            begin, used, space = index, rest, 0
        used += space + word
    return [*lines, slice(begin, len(widths))]
