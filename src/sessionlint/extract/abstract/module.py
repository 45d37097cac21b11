"""A file's text to its statements, by way of the standard library's tree."""

import ast
import warnings

from sessionlint.extract.abstract import compound, definitions, displays, formatted, literals, statements, terms
from sessionlint.extract.abstract.identifiers import spelt_as_read
from sessionlint.extract.abstract.positions import places
from sessionlint.extract.abstract.walk import CannotTellError, StatementTable, TermTable, Walk
from sessionlint.model.facts import Block
from sessionlint.text.line_ends import with_line_feeds

_TERMS: TermTable = {**terms.TERMS, **literals.TERMS, **formatted.TERMS, **displays.TERMS}
_STATEMENTS: StatementTable = {**statements.STATEMENTS, **compound.STATEMENTS, **definitions.STATEMENTS}


def lower(text: str) -> Block:
    """The statements of ``text``. Raises CannotTellError where only the other reading can tell, or tell what is wrong."""
    text = with_line_feeds(text)
    if text.startswith("\ufeff"):
        raise CannotTellError("columns begin elsewhere than the tree says")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(text)
            if not spelt_as_read(text, tree):
                raise CannotTellError("a name is written otherwise than the tree says")
            return Walk(text, places(text), _TERMS, _STATEMENTS).lines(tree.body)
        except (SyntaxError, ValueError, LookupError, RecursionError, MemoryError) as error:
            # a look-up fails where the tree is wrong about a place
            raise CannotTellError(type(error).__name__) from error
