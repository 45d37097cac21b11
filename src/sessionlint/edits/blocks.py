"""Surgery on statements: putting them under a ``with``, taking one away. Text moves, it is never printed anew.

Every function returns its edits, or None for "cannot be done safely". Comments, blank lines, line endings, the file's
own indentation and the inside of multi-line strings stay as they are.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence

from sessionlint.edits.removal import CannotError, Cut, cuts_of, is_pragma
from sessionlint.edits.try_clauses import dedent_cuts, finally_cut, keyword_line_cut
from sessionlint.model.facts import Block, Statement, Try, With
from sessionlint.model.finding import Edit
from sessionlint.model.source import Place, Source, Span
from sessionlint.text.blocks_of import blocks_within
from sessionlint.text.lines import Lines, lines_of


def indent_lines(source: Source, span: Span, by: str | None = None) -> tuple[Edit, ...]:
    """Indent every physical line that ``span`` touches by ``by`` (default: the file's own unit).

    Blank lines and lines that start inside a string stay. ``span`` should cover whole statements.
    """
    lines = lines_of(source.text)
    by = lines.unit_for(lines.indent(span.start)) if by is None else by
    return _edits(source, (Cut(start, start, by) for start in _indentable(lines, span)))


def wrap_in_with(
    source: Source,
    opening: Statement,
    covered: Block,
    header: str,
    drop: Sequence[Statement] = (),
    unhandled: Collection[Try] = (),
) -> tuple[Edit, ...] | None:
    """Replace ``opening`` by ``header`` (``with SessionLocal() as db:``) and put the ``covered`` statements under it.

    ``covered`` are the statements that follow ``opening`` in its block, without a gap. ``drop`` are statements that
    the ``with`` makes superfluous (``db.close()``), anywhere in ``covered``. A ``finally`` of which nothing remains goes;
    a ``try`` of ``covered`` that is left without handlers goes too, its body keeps its indentation. Of the ``unhandled``
    ones, which have no ``else``, the handlers go as well when nothing remains of their ``finally``. A comment
    of a dropped line stays, on its own line; only ``noqa`` and ``sessionlint:`` comments go with their statement.
    """
    try:
        return _edits(source, _Wrapping(lines_of(source.text), opening, covered, header, drop, unhandled).cuts())
    except CannotError:
        return None


def cover(source: Source, covered: Block, header: str, outer: str) -> tuple[Edit, ...] | None:
    """Put ``header`` (``with opened() as db:``) over ``covered``, the last statements of a block, with the comments behind them.

    ``outer`` is the indentation of what the block belongs to. None where they do not have lines of their own.
    """
    lines, first, last = lines_of(source.text), covered[0].span.start, covered[-1].span.end
    if lines.logical_of(first).start != first or lines.logical_of(last - 1).end != last:
        return None
    line, indent = lines.start(first), lines.indent(first)
    opening = Edit(Place(source.path, Span(line, line)), indent + header + lines.newline)
    end = lines.deeper_comments_behind(last, outer)
    return (opening, *indent_lines(source, Span(first, end), lines.unit_for(indent)))


def guard_with(
    source: Source,
    opening: Statement,
    guard: Try,
    header: str,
    drop: Sequence[Statement],
    superfluous: Sequence[Statement] = (),
) -> tuple[Edit, ...] | None:
    """Put ``header`` over the body of ``guard``, inside its handlers, in place of ``opening`` in front of it.

    ``drop`` are the statements of its ``finally`` that go, all of them; ``superfluous`` those of its body. An ``opening``
    that is a ``with`` around nothing but ``guard`` goes as well, and what it held moves to the left.
    """
    if isinstance(opening, With):
        return _guard_inside(source, opening, guard, header, superfluous) if not drop else None
    if not all(any(one is gone for gone in drop) for one in guard.final) or len(guard.final) != len(drop):
        return None
    lines = lines_of(source.text)
    outer = lines.indent(guard.span.start)
    try:
        gone = cuts_of(lines, [opening], (opening, guard))
        gone += _blank_lines(lines, lines.next(opening.span.end))
        gone += cuts_of(lines, superfluous, guard.body) if superfluous else []
        gone += [finally_cut(lines, guard, outer + lines.unit_for(outer))] if guard.final else []
    except CannotError:
        return None
    covering = cover(source, guard.body, header, outer) or ()
    moved = [edit for edit in covering if not any(Span(cut.start, cut.end).contains(edit.place.span) for cut in gone)]
    return (*_edits(source, gone), *moved) if covering else None


def _guard_inside(
    source: Source, around: With, guard: Try, header: str, superfluous: Sequence[Statement]
) -> tuple[Edit, ...] | None:
    """``with opened: try: B except: H`` becomes ``try: with opened: B except: H``: only the ``with`` moves."""
    lines = lines_of(source.text)
    if around.body != (guard,) or len(around.items) > 1 or guard.body[0].span.start >= guard.handlers[0].span.start:
        return None
    outer, inner = lines.indent(around.span.start), lines.indent(guard.span.start)
    body = guard.body[0].span.start
    first, clause = lines.logical_of(around.span.start), lines.logical_of(guard.span.start)
    if lines.comments_in(Span(around.span.start, body)) or not lines.stands_alone(Span(first.start, clause.end)):
        return None
    if lines.next(clause.end) > lines.start(body) or lines.indent(body) == inner:
        return None
    rest = Span(lines.start(guard.handlers[0].span.start), guard.span.end)
    try:
        moved = _edits(source, dedent_cuts(lines, rest, outer, inner))
        moved += _edits(source, cuts_of(lines, superfluous, guard.body) if superfluous else [])
    except CannotError:
        return None
    unit = inner[len(outer) :]
    swapped = Edit(Place(source.path, Span(around.span.start, clause.end)), f"try:{lines.newline}{outer}{unit}{header}")
    return (swapped, *moved)


def unwrap_try_finally(
    source: Source, opening: Statement, statement: Try, header: str, drop: Sequence[Statement]
) -> tuple[Edit, ...] | None:
    """``opening; try: B finally: drop`` becomes ``header B``; with handlers the ``try`` stays, under the header."""
    return wrap_in_with(source, opening, (statement,), header, drop)


def remove_statement(source: Source, statement: Statement, block: Block) -> tuple[Edit, ...] | None:
    """Remove ``statement``, an element of ``block``, with its line; the only one of its block becomes ``pass``.

    Comments above it stay; one behind it stays on its own line, unless it is a ``noqa`` or ``sessionlint:`` comment.
    """
    try:
        return _edits(source, cuts_of(lines_of(source.text), [statement], block))
    except CannotError:
        return None


def drop_finally(source: Source, statement: Try) -> tuple[Edit, ...] | None:
    """Remove the ``finally`` of ``statement``; without handlers its ``try:`` goes as well, and the body moves to the left."""
    lines = lines_of(source.text)
    indent = lines.indent(statement.span.start)
    try:
        if statement.handlers:
            handler = statement.orelse or statement.handlers[-1].body
            return _edits(source, [finally_cut(lines, statement, lines.indent(handler[0].span.start))])
        body = Span(statement.body[0].span.start, statement.body[-1].span.end)
        ending = finally_cut(lines, statement, indent)
        moved = dedent_cuts(lines, Span(lines.next(statement.span.start), ending.start), indent, lines.indent(body.start))
        return _edits(source, [keyword_line_cut(lines, statement.span.start, body.start), *moved, ending])
    except CannotError:
        return None


def _edits(source: Source, cuts: Iterable[Cut]) -> tuple[Edit, ...]:
    return tuple(Edit(Place(source.path, Span(cut.start, cut.end)), cut.text) for cut in sorted(cuts))


def _indentable(lines: Lines, span: Span) -> Iterator[int]:
    """Where the lines touched by ``span`` are indented, of those that may move."""
    start = lines.start(span.start)
    while start < span.end:
        if not lines.is_blank(start) and not lines.inside_string(start):
            yield lines.margin(start)
        following = lines.next(start)
        if following <= start:
            return
        start = following


def _blank_lines(lines: Lines, start: int) -> list[Cut]:
    end = start
    while end < len(lines.text) and lines.is_blank(end):
        end = lines.next(end)
    return [Cut(start, end)] if start < end else []


class _Wrapping:
    """One ``with`` being put around statements; collects cuts and the stretches of text that keep their indentation."""

    def __init__(
        self,
        lines: Lines,
        opening: Statement,
        covered: Block,
        header: str,
        drop: Sequence[Statement],
        unhandled: Collection[Try],
    ) -> None:
        self.lines = lines
        self.opening = opening
        self.covered = covered
        self.header = header
        self.drop = {id(statement): statement for statement in drop}
        self.unhandled = {id(statement) for statement in unhandled if not statement.orelse}
        self.indent = lines.indent(opening.span.start)
        self.unit = lines.unit_for(self.indent)
        self.unmoved: list[Span] = []

    def cuts(self) -> list[Cut]:
        self._check()
        emptied = [statement for statement in self.covered if isinstance(statement, Try) and self._is_emptied(statement)]
        for statement in emptied:
            if not self._keeps_handlers(statement):
                self.unit = self._unit_of(statement)
        found = [Cut(*self.opening.span, self.header.replace("\r\n", "\n").replace("\n", self.lines.newline))]
        found += [cut for block in blocks_within(self.covered) for cut in self._cuts_in(block)]
        found += self._blank_lines_behind_opening(found)
        region = Span(self.lines.next(self.opening.span.end), self._end())
        return found + [Cut(start, start, self.unit) for start in _indentable(self.lines, region) if self._moves(start, found)]

    def _end(self) -> int:
        """The end of what moves: the last covered statement with the comments in its block."""
        last = self.covered[-1]
        if id(last) in self.drop or (isinstance(last, Try) and last.final and not self._keeps_handlers(last)):
            return last.span.end
        return self.lines.deeper_comments_behind(last.span.end, self.indent)

    def _blank_lines_behind_opening(self, found: Sequence[Cut]) -> Iterator[Cut]:
        """A block does not start with a blank line."""
        for blank in _blank_lines(self.lines, self.lines.next(self.opening.span.end)):
            if not any(cut.start < blank.end and blank.start < cut.end for cut in found):
                yield blank

    def _check(self) -> None:
        """Raises CannotError where the text does not allow the move."""
        lines, opening = self.lines, self.opening.span
        if not self.covered or all(id(statement) in self.drop for statement in self.covered):
            raise CannotError
        span = Span(self.covered[0].span.start, self.covered[-1].span.end)
        following = next((line.start for line in lines.logical if line.start > opening.start and line.start >= opening.end), -1)
        ends_a_line = lines.logical_of(span.end - 1).end == span.end
        if not lines.stands_alone(opening) or following != span.start or not ends_a_line:
            raise CannotError
        if not self.header.rstrip().endswith(":") or lines.indent(span.start) != self.indent:
            raise CannotError
        if any(comment.text not in self.header for comment in lines.comments_in(opening)):
            raise CannotError

    def _moves(self, start: int, cuts: Sequence[Cut]) -> bool:
        point = Span(start, start + 1)
        return not any(span.contains(point) for span in self.unmoved) and not any(Span(*cut[:2]).contains(point) for cut in cuts)

    def _is_emptied(self, statement: Try) -> bool:
        return bool(statement.final) and all(id(one) in self.drop for one in statement.final)

    def _keeps_handlers(self, statement: Try) -> bool:
        return bool(statement.handlers) and not (id(statement) in self.unhandled and self._is_emptied(statement))

    def _unit_of(self, statement: Try) -> str:
        """The indentation of a ``try``'s body relative to the ``try``, which becomes that of the ``with``'s."""
        body = statement.body[0].span.start
        own = self.lines.indent(body)
        if self.lines.logical_of(body).start != body or not own.startswith(self.indent) or own == self.indent:
            raise CannotError
        return own[len(self.indent) :]

    def _cuts_in(self, block: Block) -> Iterator[Cut]:
        emptied = [statement for statement in block if isinstance(statement, Try) and self._is_emptied(statement)]
        for statement in emptied:
            if self._keeps_handlers(statement):
                yield finally_cut(self.lines, statement, self.unit + self.lines.indent(statement.span.start))
            elif block is self.covered:
                yield from self._flattened(statement)
            else:
                raise CannotError
        finals = [statement.final for statement in block if isinstance(statement, Try) and self._is_emptied(statement)]
        self.drop = {key: one for key, one in self.drop.items() if not any(one is gone for final in finals for gone in final)}
        yield from cuts_of(self.lines, [one for one in block if id(one) in self.drop], block)

    def _flattened(self, statement: Try) -> Iterator[Cut]:
        """``try:``, ``finally:`` and the handlers between them go, the body stays where it is."""
        lines, start = self.lines, statement.span.start
        body = lines.next(start)
        comment = next(iter(lines.comments_in(Span(start, lines.end(start)))), None)
        kept = "" if comment is None or is_pragma(comment) else self.indent + self.unit + comment.text + lines.newline
        above = lines.start(start)
        while statement is self.covered[0] and lines.is_blank(above - 1):
            above = lines.start(above - 1)
        yield Cut(above, body, kept)
        ending = finally_cut(lines, statement, self.indent + self.unit, with_handlers=True)
        self.unmoved.append(Span(body, ending.end))
        yield ending
