"""Surgery on statements: putting them under a ``with``, taking one away. Text moves, it is never printed anew.

Every function returns its edits, or None for "cannot be done safely". Comments, blank lines, line endings, the file's
own indentation and the inside of multi-line strings stay as they are.
"""

from collections.abc import Sequence

from sessionlint.model.facts import Assign, Block, Statement, Try
from sessionlint.model.finding import Edit
from sessionlint.model.source import Source, Span


def indent_lines(source: Source, span: Span, by: str | None = None) -> tuple[Edit, ...]:
    """Indent every physical line that ``span`` touches by ``by`` (default: the file's own unit).

    Blank lines and lines that start inside a string stay. ``span`` should cover whole statements.
    """
    raise NotImplementedError


def wrap_in_with(
    source: Source, opening: Assign, covered: Block, header: str, drop: Sequence[Statement] = ()
) -> tuple[Edit, ...] | None:
    """Replace ``opening`` by ``header`` (``with SessionLocal() as db:``) and put the ``covered`` statements under it.

    ``covered`` are the statements that follow ``opening`` in its block, without a gap. ``drop`` are statements that
    the ``with`` makes superfluous (``db.close()``), anywhere in ``covered``. A ``finally`` of which nothing remains goes;
    a ``try`` of ``covered`` that is left without handlers goes too, its body keeps its indentation. A comment
    of a dropped line stays, on its own line; only ``noqa`` and ``sessionlint:`` comments go with their statement.
    """
    raise NotImplementedError


def unwrap_try_finally(
    source: Source, opening: Assign, statement: Try, header: str, drop: Sequence[Statement]
) -> tuple[Edit, ...] | None:
    """``opening; try: B finally: drop`` becomes ``header B``; with handlers the ``try`` stays, under the header."""
    return wrap_in_with(source, opening, (statement,), header, drop)


def remove_statement(source: Source, statement: Statement, block: Block) -> tuple[Edit, ...] | None:
    """Remove ``statement``, an element of ``block``, with its line; the only one of its block becomes ``pass``.

    Comments above it stay; one behind it stays on its own line, unless it is a ``noqa`` or ``sessionlint:`` comment.
    """
    raise NotImplementedError
