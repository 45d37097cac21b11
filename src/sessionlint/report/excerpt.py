"""Lines of source with a marker under the characters that matter, fitted to the width of the terminal."""

from collections.abc import Iterator, Sequence
from itertools import accumulate

from sessionlint.model.records import dataclass
from sessionlint.model.source import Source, Span
from sessionlint.report.colour import Style
from sessionlint.report.look import Look
from sessionlint.report.visible import cells, width

_ELLIPSIS = "..."


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The lines ``first`` to ``last`` (from 1, inclusive) of ``source``; ``span`` is marked where it begins, with ``marker``."""

    source: Source
    span: Span
    first: int
    last: int
    marker: str
    style: Style


def excerpt_of(source: Source, span: Span, context: int, marker: str, style: Style) -> Excerpt | None:
    """The line where ``span`` begins with up to ``context`` lines on each side, none of them blank at the edges.

    None when there is nothing to see: an empty file, or a blank line.
    """
    marked = source.position(span.start).line
    if not source.line_text(marked).strip():
        return None
    first, last = max(1, marked - context), min(source.line_count, marked + context)
    while not source.line_text(first).strip():
        first += 1
    while not source.line_text(last).strip():
        last -= 1
    return Excerpt(source, span, first, last, marker, style)


def excerpt_rows(excerpt: Excerpt, gutter: int, look: Look) -> Iterator[str]:
    """The rows to print; ``gutter`` is the width of the line numbers."""
    columns = look.source_width - gutter - len(" | ")
    for number in range(excerpt.first, excerpt.last + 1):
        line = excerpt.source.line_span(number)
        text = excerpt.source.text[slice(*line)]
        if not line.start <= excerpt.span.start <= line.end:
            yield row(str(number), clip(text, columns), gutter, look)
            continue
        shown, indent, length = _around(text, excerpt.span.start - line.start, excerpt.span.end - line.start, columns)
        marks = excerpt.marker * length
        if excerpt.span.end > line.end and indent + length + len(_ELLIPSIS) <= columns:
            marks += _ELLIPSIS
        yield row(str(number), shown, gutter, look)
        yield row("", " " * indent + look.paint(marks, excerpt.style), gutter, look)


def row(label: str, text: str, gutter: int, look: Look) -> str:
    """``label | text``, the label flush right in the gutter."""
    return f"{look.paint(f'{label:>{gutter}} |', 'gutter')} {text}" if text else look.paint(f"{label:>{gutter}} |", "gutter")


def clip(text: str, columns: int, start: int = 0) -> str:
    """One line of source fit to print: what fits from character ``start`` on."""
    shown = cells(text.rstrip())
    return _window(shown, min(start, len(shown)), columns)


def first_shown(text: str, start: int, end: int, columns: int) -> int:
    """The character from which on a line has to be shown for those from ``start`` to ``end`` to be seen, with something of what
    stands behind them and as much as fits of what stands before. Of more than fit, the first are seen."""
    shown = cells(text.rstrip())
    edges = [0, *accumulate(map(width, shown))]
    start = min(start, len(shown))
    end = min(max(end, start), len(shown))
    room = columns - 2 * len(_ELLIPSIS)
    last = min(edges[-1], edges[end] + room // 3)
    if last - edges[start] > room:
        last = max(edges[start] + room * 2 // 3, edges[end] if edges[end] - edges[start] <= room else 0)
    if edges[-1] <= columns or last <= columns - len(_ELLIPSIS):
        return 0
    return next((index for index in range(start) if last - edges[index] <= room), start)


def _around(text: str, start: int, end: int, columns: int) -> tuple[str, int, int]:
    """The part of a line that shows characters ``start`` to ``end``: the text, the cells before and those under the span."""
    shown = cells(text.rstrip())
    edges = [0, *accumulate(map(width, shown))]
    start = min(start, len(shown))
    end = min(max(end, start), len(shown))
    left = _left_edge(edges, start, end, columns)
    part = _window(shown, left, columns)
    indent = edges[start] - edges[left] + (len(_ELLIPSIS) if left else 0)
    return part, indent, max(1, min(edges[end] - edges[start], width(part) - indent))


def _left_edge(edges: Sequence[int], start: int, end: int, columns: int) -> int:
    """The first character to show: 0 when the span is visible then, else such that the span has room on both sides."""
    if edges[-1] <= columns or edges[end] <= columns - len(_ELLIPSIS):
        return 0
    room = columns - 2 * len(_ELLIPSIS) - (edges[end] - edges[start])
    wanted = edges[start] - max(0, room // 2)
    return next((index for index in range(start) if edges[index] >= wanted), start)


def _window(shown: Sequence[str], left: int, columns: int) -> str:
    """The cells from ``left`` on that fit into ``columns``, with an ellipsis where something is left out."""
    head = _ELLIPSIS if left else ""
    rest = "".join(shown[left:])
    if len(head) + width(rest) <= columns:
        return head + rest
    room = columns - len(head) - len(_ELLIPSIS)
    for end, edge in enumerate(accumulate(map(width, shown[left:])), left):
        if edge > room:
            return head + "".join(shown[left:end]) + _ELLIPSIS
    raise AssertionError("the text was measured as too long")
