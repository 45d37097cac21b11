"""A text to the tree that a newer Python's ``ast`` would give for it."""

import ast
import re

import libcst as cst

from sessionlint.extract.newer.builder import MismatchError
from sessionlint.extract.newer.compound import Compound
from sessionlint.extract.newer.definitions import Definitions
from sessionlint.extract.newer.displays import Displays
from sessionlint.extract.newer.formatted import Formatted
from sessionlint.extract.newer.imports import Imports
from sessionlint.extract.newer.patterns import Patterns
from sessionlint.extract.newer.positions import Lines
from sessionlint.extract.newer.statements import Statements
from sessionlint.model.regex import regex

_INDENTED = regex(
    r"#[^\r\n]*|'{3}(?:\\.|[^\\])*?'{3}|\"\"\"(?:\\.|[^\\])*?\"\"\"|'(?:\\.|[^'\\\r\n])*'|\"(?:\\.|[^\"\\\r\n])*\""
    r"|\\\r?\n[ \t\f]*|^(?P<feed>[ \t]*\f[ \t\f]*)",
    re.DOTALL | re.MULTILINE,
)


class Tree(Formatted, Displays, Patterns, Definitions, Compound, Statements, Imports):
    """Visits everything there is."""


def parse(text: str) -> ast.Module:
    """The tree of a module whose lines end in line feeds. Raises what ``syntax_problem.problem`` puts into words."""
    tree = Tree(text, Lines(text))
    built: ast.Module = tree.term(_concrete(text))
    if tree.offset != len(text):
        raise MismatchError("the tree ends before the text")
    return built


def _concrete(text: str) -> cst.Module:
    """libcst's tree. A form feed before an indented line starts its indentation anew; libcst is told so by a line feed."""
    if "\f" not in text:
        return cst.parse_module(text)
    read = _INDENTED.sub(lambda match: match[0].replace("\f", "\n") if match["feed"] else match[0], text)
    try:
        return cst.parse_module(read)
    except cst.ParserSyntaxError:
        return cst.parse_module(text)  # which counts lines as the file does


def parse_formatted(segment: str, line: int, column: int) -> ast.JoinedStr:
    """The tree of an f-string that begins at a line and column of ``ast``. Raises ValueError for what is none."""
    try:
        # parentheses: the pieces of a string may stand on several lines
        enclosed = cst.parse_expression(f"({segment})")
        expression = enclosed.with_changes(lpar=enclosed.lpar[1:], rpar=enclosed.rpar[:-1])
        built: ast.JoinedStr = Tree(segment, Lines(segment, line, column)).term(expression)
    except (cst.ParserSyntaxError, MismatchError) as error:
        raise ValueError(segment) from error
    return built
