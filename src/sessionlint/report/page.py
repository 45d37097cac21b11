"""A rule's page in the terminal.

The page is Markdown for people first; what follows its heading ``Cases`` (and then ``Proof``) is for the test suite and
not shown.
"""

from collections.abc import Iterator

from sessionlint.model.regex import regex
from sessionlint.report.colour import Style
from sessionlint.report.look import Look
from sessionlint.report.markdown_blocks import Code, Heading, Item, Markdown, Paragraph, Quote, Table, before_heading, blocks
from sessionlint.report.visible import break_lines, visible, width

TEST_HEADINGS = ("Cases", "Proof")
"""Titles of the sections that only the test suite reads; the first of them ends the user's part."""

_WIDEST_PROSE = 100  # longer lines are hard to read, however wide the terminal is
_INLINE = regex(
    r"(?P<code>`+)(?P<inside>.+?)(?P=code)"
    r"|\*\*(?P<strong>.+?)\*\*"
    r"|(?<![\w*])\*(?P<stressed>[^*\s](?:[^*]*[^*\s])?)\*(?![\w*])"
    r"|\[(?P<text>[^\]]+)\]\((?P<url>[^)\s]+)\)"
)
_GAP = "  "


def render(markdown: str, look: Look) -> str:
    """The user's part of a page, for a terminal of ``look.width`` cells."""
    columns = min(look.width, _WIDEST_PROSE)
    lines: list[str] = []
    previous: Markdown | None = None
    for block in blocks(user_part(markdown)):
        if previous is not None and not (isinstance(block, Item) and isinstance(previous, Item)):
            lines.append("")
        lines += _block(block, columns, look)
        previous = block
    return "".join(f"{line.rstrip()}\n" for line in lines)


def user_part(markdown: str) -> str:
    """The page as far as it is for users."""
    return before_heading(markdown, *TEST_HEADINGS).rstrip() + "\n"


def _block(block: Markdown, columns: int, look: Look) -> Iterator[str]:
    match block:
        case Heading(level, text):
            yield from _heading(level, " ".join(_plain(text)), look)
        case Code(lines=lines):
            yield from (f"    {look.paint(visible(line), 'code')}" for line in lines)
        case Table(rows=rows):
            yield from _table(rows, columns, look)
        case Item(indent, marker, text):
            bullet = " " * indent + ("-" if marker in "*+" else marker) + " "
            yield from _wrapped(text, columns, bullet, " " * len(bullet), look)
        case Quote(text=text):
            yield from _wrapped(text, columns, "| ", "| ", look)
        case Paragraph(text=text):
            yield from _wrapped(text, columns, "", "", look)


def _heading(level: int, text: str, look: Look) -> Iterator[str]:
    yield look.paint(text, "heading")
    if not look.colour and level <= 2:
        yield ("=" if level == 1 else "-") * width(text)


_Word = list[tuple[str, Style | None]]


def _words(text: str, look: Look) -> list[_Word]:
    """Words with the style of each of their pieces; without colour, code keeps its backticks."""
    words: list[_Word] = [[]]
    for piece, style in _pieces(visible(text), look):
        for number, part in enumerate(piece.split(" ")):
            if number:
                words.append([])
            if part:
                words[-1].append((part, style))
    return [word for word in words if word]


def _pieces(text: str, look: Look) -> Iterator[tuple[str, Style | None]]:
    end = 0
    for match in _INLINE.finditer(text):
        yield text[end : match.start()], None
        if match["code"]:
            yield (match["inside"] if look.colour else f"`{match['inside']}`"), "code"
        elif stressed := match["strong"] or match["stressed"]:
            yield stressed, "strong"
        else:
            yield (match["text"] if match["url"] == match["text"] else f"{match['text']} ({match['url']})"), None
        end = match.end()
    yield text[end:], None


def _plain(text: str) -> list[str]:
    return ["".join(piece for piece, _ in word) for word in _words(text, Look())]


def _word_width(word: _Word) -> int:
    return sum(width(piece) for piece, _ in word)


def _wrapped(text: str, columns: int, first: str, rest: str, look: Look) -> Iterator[str]:
    words = _words(text, look)
    lines = break_lines([_word_width(word) for word in words], columns, width(first), width(rest))
    for number, line in enumerate(lines):
        yield (rest if number else first) + " ".join(_painted(word, look) for word in words[line])


def _painted(word: _Word, look: Look) -> str:
    return "".join(look.paint(piece, style) if style else piece for piece, style in word)


def _table(rows: tuple[tuple[str, ...], ...], columns: int, look: Look) -> Iterator[str]:
    count = max(map(len, rows))
    cells = [[*row, *[""] * (count - len(row))] for row in rows]
    widths = _column_widths(cells, columns, look)
    yield from _row(cells[0], widths, look)
    yield _GAP.join("-" * cell for cell in widths)
    for row in cells[1:]:
        yield from _row(row, widths, look)


def _column_widths(cells: list[list[str]], columns: int, look: Look) -> list[int]:
    """Each column as wide as its longest cell, then the widest ones narrowed until the table fits or breaks words."""
    words = [[[_word_width(word) for word in _words(cell, look)] for cell in column] for column in zip(*cells, strict=True)]
    widths = [max(sum(cell) + max(0, len(cell) - 1) for cell in column) for column in words]
    least = [max(max(cell, default=0) for cell in column) for column in words]
    while sum(widths) + len(_GAP) * (len(widths) - 1) > columns:
        shrinkable = [index for index in range(len(widths)) if widths[index] > least[index]]
        if not shrinkable:
            break
        widths[max(shrinkable, key=widths.__getitem__)] -= 1
    return widths


def _row(cells: list[str], widths: list[int], look: Look) -> Iterator[str]:
    columns = [_cell_lines(cell, columns, look) for cell, columns in zip(cells, widths, strict=True)]
    for number in range(max(map(len, columns))):
        parts = [column[number] if number < len(column) else ("", 0) for column in columns]
        yield _GAP.join(text + " " * (columns - used) for (text, used), columns in zip(parts, widths, strict=True))


def _cell_lines(cell: str, columns: int, look: Look) -> list[tuple[str, int]]:
    """The lines of a cell with the cells each takes (its colours take none)."""
    words = _words(cell, look)
    lines = break_lines([_word_width(word) for word in words], columns)
    painted = (" ".join(_painted(word, look) for word in words[line]) for line in lines)
    used = (sum(map(_word_width, words[line])) + max(0, len(words[line]) - 1) for line in lines)
    return list(zip(painted, used, strict=True))
