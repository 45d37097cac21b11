"""A file's text, and its tree, to its statements."""

import ast
import warnings

from sessionlint.extract.lower import compound, definitions, displays, formatted, literals, statements, terms
from sessionlint.extract.lower.identifiers import spelt_as_read
from sessionlint.extract.lower.positions import places
from sessionlint.extract.lower.walk import CannotTellError, StatementTable, TermTable, Walk
from sessionlint.model.facts import Block
from sessionlint.text.line_ends import with_line_feeds

_TERMS: TermTable = {**terms.TERMS, **literals.TERMS, **formatted.TERMS, **displays.TERMS}
_STATEMENTS: StatementTable = {**statements.STATEMENTS, **compound.STATEMENTS, **definitions.STATEMENTS}


def lower(text: str) -> Block:
    """The statements of ``text``, by the standard library's tree.

    Raises CannotTellError where only libcst can tell, or tell what is wrong, and NestedTooDeeplyError.
    """
    text = with_line_feeds(text)
    if text.startswith("\ufeff"):
        raise CannotTellError("columns begin elsewhere than the tree says")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(text)
            if not spelt_as_read(text, tree):
                raise CannotTellError("a name is written otherwise than the tree says")
            return lower_tree(text, tree)
        except (SyntaxError, ValueError, LookupError, RecursionError, MemoryError) as error:
            # a look-up fails where the tree is wrong about a place
            raise CannotTellError(type(error).__name__) from error


def lower_tree(text: str, tree: ast.Module) -> Block:
    """The statements of ``text``, whose tree is given. Raises the same errors."""
    return Walk(text, places(text), _TERMS, _STATEMENTS).lines(tree.body)
