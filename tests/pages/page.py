"""Markdown text -> Page. Knows the format of a page and nothing of linting."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pages.markers import Marked, read_markers
from pages.versions import LIBRARIES, Row, Span, read_spans, version_rows

_FENCE = re.compile(r"^(`{3,})\s*(.*)$")
_ATTRIBUTE = re.compile(r"""(\w+)=("[^"]*"|'[^']*')""")
_TITLE = re.compile(r"^# (?P<name>[a-z0-9-]+) \((?P<code>SES\d{3})\)$")
_WITHOUT = re.compile(r"^<!-- without (?P<what>\w+): .+ -->$")
_KNOWN_ATTRIBUTES = {"title", "after", "drops", "proof", "raises", "needs", "config", *LIBRARIES}


class PageError(ValueError):
    """The page does not follow the format; the text begins with page and line."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        super().__init__(f"{path}:{line}: {problem}")


@dataclass(frozen=True)
class Block:
    """A fenced block. ``line`` is the page line (from 1) of its opening fence; its first text line is the next one."""

    line: int
    language: str
    attributes: Mapping[str, str]
    text: str

    @property
    def title(self) -> str | None:
        return self.attributes.get("title")

    @property
    def after(self) -> str | None:
        return self.attributes.get("after")

    @property
    def end(self) -> int:
        """The page line of the closing fence."""
        return self.line + self.text.count("\n") + 1

    @property
    def is_python(self) -> bool:
        return self.language in ("python", "pyi")


@dataclass(frozen=True)
class Case:
    """``line`` is that of the heading; ``without`` the properties it is taken out of."""

    page: Path
    code: str
    title: str
    line: int
    blocks: tuple[Block, ...]
    without: frozenset[str] = frozenset()

    @cached_property
    def sources(self) -> dict[str, Block]:
        """The blocks that are files of the project, by path."""
        return {block.title: block for block in self.blocks if block.title and not block.after}

    @cached_property
    def marked(self) -> dict[str, Marked]:
        return {path: read_markers(block.text) for path, block in self.sources.items() if block.is_python}

    @property
    def files(self) -> dict[str, str]:
        """Every file of the case as it is linted: without markers."""
        return {path: self.marked[path].text if path in self.marked else block.text for path, block in self.sources.items()}

    def after(self, level: str) -> dict[str, Block]:
        """The blocks that say what a level of fixing leaves, by path."""
        return {block.title: block for block in self.blocks if block.title and block.after == level}

    def expected_files(self, level: str) -> dict[str, str]:
        """The files as ``level`` ("safe" or "unsafe") has to leave them."""
        changed = {**self.after("safe"), **(self.after("unsafe") if level == "unsafe" else {})}
        return self.files | {path: block.text for path, block in changed.items()}

    @property
    def codes(self) -> set[str]:
        named = {marker.code for marked in self.marked.values() for marker in marked.markers}
        return named | {self.code}


@dataclass(frozen=True)
class Proof:
    """A script: ``kind`` is "fails", "works", "fixed" or "table"; ``raises`` the error text that the failing run has to end with.

    ``needs`` names modules (and "postgres") without which there is nothing to prove, ``versions`` the versions of a library
    in which it holds, ``rows`` are what the page's table says (for "table"), ``config`` what sessionlint.toml says beside it.
    """

    page: Path
    code: str
    title: str
    line: int
    kind: str
    raises: str
    needs: tuple[str, ...]
    versions: Mapping[str, tuple[Span, ...]]
    rows: tuple[Row, ...]
    config: str
    script: str


@dataclass(frozen=True)
class Page:
    path: Path
    text: str
    name: str
    code: str
    sections: tuple[str, ...]
    cases: tuple[Case, ...]
    proofs: tuple[Proof, ...]


@dataclass
class _Group:
    """What stands under one ``###`` heading."""

    section: str
    title: str
    line: int
    blocks: list[Block] = field(default_factory=list)
    without: set[str] = field(default_factory=set)


def read_page(path: Path) -> Page:
    """Raises PageError where the page does not follow the format."""
    return parse_page(path, path.read_text(encoding="utf-8"))


def parse_page(path: Path, text: str) -> Page:
    name, code = _title(path, text)
    sections, groups = _groups(path, text)
    cases = tuple(_cases(path, code, [group for group in groups if group.section == "Cases"]))
    rows = tuple(version_rows(text))
    proofs = tuple(_proofs(path, code, [group for group in groups if group.section == "Proof"], rows))
    _reject_repeated_titles(path, [(case.title, case.line) for case in cases])
    return Page(path, text, name, code, tuple(sections), cases, proofs)


def read_cases(path: Path) -> tuple[Case, ...]:
    """The cases of a file that belongs to no rule and has no sections. Raises PageError where it does not follow the format."""
    _, groups = _groups(path, path.read_text(encoding="utf-8"))
    cases = tuple(_cases(path, "", groups))
    _reject_repeated_titles(path, [(case.title, case.line) for case in cases])
    return cases


def read_blocks(path: Path, text: str) -> Iterator[tuple[str, Block]]:
    """The fenced blocks of any Markdown text, each with the ``##`` section that it stands in. May raise PageError."""
    section = ""
    for _, item in _items(path, text):
        if isinstance(item, Block):
            yield section, item
        elif item.startswith("## "):
            section = item[3:].strip()


def _groups(path: Path, text: str) -> tuple[list[str], list[_Group]]:
    """The sections, and what stands under each heading."""
    sections: list[str] = []
    groups: list[_Group] = []
    for line, item in _items(path, text):
        if isinstance(item, str) and item.startswith("## "):
            sections.append(item[3:].strip())
            groups.append(_Group(sections[-1], "", line))
        elif isinstance(item, str) and item.startswith("### "):
            groups.append(_Group(sections[-1] if sections else "", item[4:].strip(), line))
        elif isinstance(item, str) and (without := _WITHOUT.match(item)) and groups:
            groups[-1].without.add(without["what"])
        elif isinstance(item, Block) and groups:
            groups[-1].blocks.append(item)
    return sections, groups


def _title(path: Path, text: str) -> tuple[str, str]:
    first = text.partition("\n")[0].rstrip()
    match = _TITLE.match(first)
    if not match:
        raise PageError(path, 1, f"expected a title such as '# bare-session (SES301)', got {first!r}")
    return match["name"], match["code"]


def _items(path: Path, text: str) -> Iterator[tuple[int, str | Block]]:
    """The lines outside fences, and the fenced blocks, each with its line number."""
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        fence = _FENCE.match(lines[number])
        if not fence:
            yield number + 1, lines[number].rstrip()
            number += 1
            continue
        close = next((i for i in range(number + 1, len(lines)) if lines[i].rstrip() == fence[1]), None)
        if close is None:
            raise PageError(path, number + 1, "this block is never closed")
        yield number + 1, _block(path, number + 1, fence[2], lines[number + 1 : close])
        number = close + 1


def _block(path: Path, line: int, info: str, lines: list[str]) -> Block:
    language, _, rest = info.partition(" ")
    attributes = {key: quoted[1:-1] for key, quoted in _ATTRIBUTE.findall(rest)}
    unknown = attributes.keys() - _KNOWN_ATTRIBUTES
    if unknown or _ATTRIBUTE.sub("", rest).strip():
        raise PageError(path, line, f"cannot understand {rest!r} behind {language!r}")
    return Block(line, language, attributes, "".join(f"{text}\n" for text in lines))


def _cases(path: Path, code: str, groups: list[_Group]) -> Iterator[Case]:
    everywhere = {what for group in groups if not group.title for what in group.without}
    for group in groups:
        if not group.title:
            if group.blocks:
                raise PageError(path, group.blocks[0].line, "a block above the first case")
            continue
        case = Case(path, code, group.title, group.line, tuple(group.blocks), frozenset(everywhere | group.without))
        _check_case(case)
        yield case


def _check_case(case: Case) -> None:
    if not case.marked:
        raise PageError(case.page, case.line, "a case without a Python file")
    seen: set[tuple[str | None, str | None]] = set()
    for block in case.blocks:
        if not block.title:
            raise PageError(case.page, block.line, 'a block without title="path"')
        if block.after not in (None, "safe", "unsafe"):
            raise PageError(case.page, block.line, f"after={block.after!r} is neither 'safe' nor 'unsafe'")
        if block.after and block.title not in case.sources:
            raise PageError(case.page, block.line, f"the case has no file {block.title!r}")
        if (block.title, block.after) in seen:
            raise PageError(case.page, block.line, f"a second block for {block.title!r}")
        if block.after and read_markers(block.text).markers:
            raise PageError(case.page, block.line, "text after a fix has no markers")
        seen.add((block.title, block.after))


def _proofs(path: Path, code: str, groups: list[_Group], rows: tuple[Row, ...]) -> Iterator[Proof]:
    for group in groups:
        for block in group.blocks:
            if kind := block.attributes.get("proof"):
                _check_proof(path, block, kind, rows)
                attributes = block.attributes
                raises, needs = attributes.get("raises", ""), tuple(attributes.get("needs", "").split())
                told = rows if kind == "table" else ()
                versions, config = _versions(path, block), attributes.get("config", "")
                yield Proof(path, code, group.title, block.line, kind, raises, needs, versions, told, config, block.text)


def _check_proof(path: Path, block: Block, kind: str, rows: tuple[Row, ...]) -> None:
    if kind not in ("fails", "works", "fixed", "table"):
        raise PageError(path, block.line, f"proof={kind!r} is neither 'fails', 'works', 'fixed' nor 'table'")
    if (kind in ("fails", "fixed")) != bool(block.attributes.get("raises")):
        raise PageError(path, block.line, 'raises="text" belongs to "fails" and "fixed", and only there')
    if kind != "table":
        return
    if not rows:
        raise PageError(path, block.line, "the page has no table of versions")
    if unclear := next((row for row in rows if not row.spans), None):
        raise PageError(path, unclear.line, "no versions such as 'up to 0.105, since 0.118' begin this row")


def _versions(path: Path, block: Block) -> dict[str, tuple[Span, ...]]:
    try:
        return {library: read_spans(block.attributes[library]) for library in LIBRARIES if library in block.attributes}
    except ValueError as error:
        raise PageError(path, block.line, str(error)) from error


def _reject_repeated_titles(path: Path, titles: list[tuple[str, int]]) -> None:
    seen: set[str] = set()
    for title, line in titles:
        if title in seen:
            raise PageError(path, line, f"a second case called {title!r}")
        seen.add(title)
