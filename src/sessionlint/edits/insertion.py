"""Putting a statement into a block, in the layout that the block has."""

from sessionlint.model.facts import Block, Jump, Statement
from sessionlint.model.finding import Edit
from sessionlint.model.source import Place, Source, Span
from sessionlint.text.lines import lines_of


def insert_first(source: Source, block: Block, written: str) -> Edit:
    """Put ``written`` at the start of ``block``, above its comments; a ``pass`` that is all there is gives way to it."""
    lines, first = lines_of(source.text), block[0]
    if len(block) == 1 and isinstance(first, Jump) and first.kind == "pass":
        return Edit(Place(source.path, first.span), written)
    line = lines.logical_of(first.span.start)
    if line.start != first.span.start:  # ``except Error: this``
        return _insert(source, first.span.start, f"{written}; ")
    colon = next(token.end for token in lines.tokens_before(first.span.start) if token.text == ":" and not token.nested)
    return _insert(source, lines.next(colon), lines.indent(first.span.start) + written + lines.newline)


def insert_behind(source: Source, statement: Statement, written: str) -> Edit | None:
    """Put ``written`` on a line of its own behind ``statement``, a compound one or one that ends its line; None elsewhere."""
    lines, end = lines_of(source.text), statement.span.end
    if lines.logical_of(end - 1).end != end or lines.logical_of(statement.span.start).start != statement.span.start:
        return None
    indent = lines.indent(statement.span.start)
    behind = lines.deeper_comments_behind(end, indent)
    return _insert(source, lines.end(behind), lines.newline + indent + written)


def _insert(source: Source, offset: int, text: str) -> Edit:
    return Edit(Place(source.path, Span(offset, offset)), text)
