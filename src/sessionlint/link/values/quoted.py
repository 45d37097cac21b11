"""Annotations written as strings: ``"Session | None"`` read into the terms that extraction would have made of it.

Only what annotations are made of is read (names, attributes, subscripts, ``|``); anything else gives None. The text is
parsed, never evaluated.
"""

import ast
from collections.abc import Callable
from functools import lru_cache

from sessionlint.model.facts import Attribute, Collection, Constant, Name, Operation, Subscript, Term
from sessionlint.model.source import Span

_NOWHERE = Span(0, 0)


def read_annotation(text: str) -> Term | None:
    """The term of a quoted annotation, without usable spans; None when it does not read as one. Each time it is a new one: what
    its names mean depends on where it stands."""
    try:
        return _term(_parsed(text.strip()))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


@lru_cache(maxsize=1000)
def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _term(node: ast.expr) -> Term | None:
    match node:
        case ast.Name(id=name):
            return Name(_NOWHERE.end - len(name), name)  # so that it ends where all of them do
        case ast.Constant(value=None | str() as literal):
            return Constant(*_NOWHERE, literal)
        case ast.Attribute(value=inner, attr=attr) if (value := _term(inner)) is not None:
            return Attribute(*_NOWHERE, value, attr)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _all(left, right, make=lambda items: Operation(*_NOWHERE, "|", items))
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            return _all(*elements, make=lambda items: Collection(*_NOWHERE, "tuple", items))
        case ast.Subscript(value=inner, slice=index) if (value := _term(inner)) is not None:
            base = value
            items = index.elts if isinstance(index, ast.Tuple) else [index]
            return _all(*items, make=lambda items: Subscript(*_NOWHERE, base, items))
        case _:
            return None


def _all(*nodes: ast.expr, make: Callable[[tuple[Term, ...]], Term]) -> Term | None:
    terms = tuple(term for node in nodes if (term := _term(node)) is not None)
    return make(terms) if len(terms) == len(nodes) else None
