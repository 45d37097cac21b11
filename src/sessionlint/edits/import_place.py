"""Where a new import line belongs among those of a module, as isort and ruff would have it."""

import re
import sys

from sessionlint.model.facts import Class, Constant, Evaluate, Function, Import, ModuleFacts
from sessionlint.model.records import dataclass
from sessionlint.model.regex import regex
from sessionlint.model.source import Span
from sessionlint.text.lines import Lines

_COOKIE = regex(r"#!|#.*?coding[:=]")


@dataclass(frozen=True, slots=True)
class Slot:
    """Insert ``before + line + after`` at ``offset``. ``beside`` is the import that it follows or precedes."""

    offset: int
    before: str
    after: str
    beside: Import | None = None


def slot_for(facts: ModuleFacts, lines: Lines, module: str, *, plain: bool, at: Span | None) -> Slot:
    """The place for ``from module import ...`` (``plain``: ``import module``) ahead of ``at``."""
    header = _header(facts, at)
    level = len(module) - len(module.lstrip("."))
    new = (_section(facts.path, module, level), 0 if plain else 1, module.lower())
    keys = [(one, _key(facts.path, one)) for one in header]
    same = [(one, key) for one, key in keys if key[0] == new[0]]
    same = [(one, key) for one, key in same if _root(key) == _root(new)] or same  # beside its package, sorted or not
    lower = [one for one, key in same if key <= new]
    if lower:
        return _after(lines, lower[-1])
    if same:
        return Slot(_line_of(lines, same[0][0]), "", lines.newline, same[0][0])
    earlier = [one for one, key in keys if key[0] < new[0]]
    later = [one for one, key in keys if key[0] > new[0]]
    if earlier and (not later or earlier[-1].span.end <= later[0].span.start):
        return _new_section_after(lines, earlier[-1])
    if later:
        return _new_section_before(lines, later[0])
    return _at_the_top(facts, lines)


def _header(facts: ModuleFacts, at: Span | None) -> list[Import]:
    """The imports at the top: direct elements of the module, before its first definition and before ``at``."""
    found = []
    for statement in facts.body:
        if isinstance(statement, Function | Class) or (at is not None and statement.span.end > at.start):
            break
        if isinstance(statement, Import):
            found.append(statement)
    return found


def _section(path: str, module: str, level: int = 0) -> int:
    """0 for ``__future__``, 1 standard library, 2 third party, 3 the project (a folder of ``path``), 4 relative."""
    root = module.partition(".")[0]
    if level:
        return 4
    if root == "__future__":
        return 0
    if root in sys.stdlib_module_names:
        return 1
    return 3 if root in path.split("/")[:-1] else 2


def _key(path: str, statement: Import) -> tuple[int, int, str]:
    name = statement.names[0].name if statement.module is None else statement.module
    return _section(path, name, statement.level), 0 if statement.module is None else 1, name.lower()


def _root(key: tuple[int, int, str]) -> str:
    return key[2].partition(".")[0]


def _line_of(lines: Lines, statement: Import) -> int:
    return lines.start(lines.logical_of(statement.span.start).start)


def _behind(lines: Lines, end: int) -> tuple[int, str]:
    """The start of the line behind ``end`` and what must come first there (a line ending, if the text has none)."""
    offset = lines.next(lines.logical_of(end - 1).end)
    return offset, "" if lines.text[:offset].endswith(("\n", "\r")) else lines.newline


def _after(lines: Lines, statement: Import) -> Slot:
    offset, before = _behind(lines, statement.span.end)
    return Slot(offset, before, "" if before else lines.newline, statement)


def _new_section_after(lines: Lines, statement: Import) -> Slot:
    offset, before = _behind(lines, statement.span.end)
    tight = offset < len(lines.text) and not lines.is_blank(offset)
    return Slot(offset, before + lines.newline, lines.newline * (2 if tight else 1), statement)


def _new_section_before(lines: Lines, statement: Import) -> Slot:
    offset = above = _line_of(lines, statement)
    while above and lines.text[lines.start(above - 1) : above].lstrip().startswith("#"):
        above = lines.start(above - 1)
    if above:  # a comment on the section; one that starts the file belongs to the file
        offset = above
    return Slot(offset, "", lines.newline * 2, statement)


def _at_the_top(facts: ModuleFacts, lines: Lines) -> Slot:
    first = facts.body[0] if facts.body else None
    if isinstance(first, Evaluate) and isinstance(first.value, Constant) and isinstance(first.value.value, str):
        offset, before = _behind(lines, first.span.end)
        tight = offset < len(lines.text) and not lines.is_blank(offset)
        return Slot(offset, before + lines.newline, lines.newline * (2 if tight else 1))
    offset = _behind_file_comment(lines)
    definition = re.match(r"(async\s+def|def|class)\b|@", lines.text[offset:])
    blank_lines = 0 if offset == len(lines.text) else 2 if definition else 1
    return Slot(offset, "", lines.newline * (1 + blank_lines))


def _behind_file_comment(lines: Lines) -> int:
    """Behind the comment that starts a file, if a blank line sets it off, else behind ``#!`` and the encoding cookie."""
    offset, cookies = 0, 0
    while offset < len(lines.text) and lines.text.startswith("#", offset):
        if offset == cookies and _COOKIE.match(lines.text, offset, lines.end(offset)):
            cookies = lines.next(offset)
        if lines.next(offset) == offset:
            break
        offset = lines.next(offset)
    if offset < len(lines.text) and not lines.is_blank(offset):
        offset = cookies
    while offset < len(lines.text) and lines.is_blank(offset):
        offset = lines.next(offset)
    return offset
