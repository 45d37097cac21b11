"""A file's text to its statements, by way of libcst's tree."""

import re
from collections.abc import Iterator

import libcst as cst

from sessionlint.extract.concrete import compound, definitions, displays, literals, statements, terms
from sessionlint.extract.concrete.positions import CodegenMismatchError, locate
from sessionlint.extract.concrete.syntax_problem import syntax_problem
from sessionlint.extract.concrete.walk import NestedTooDeeplyError, StatementTable, TermTable, Walk
from sessionlint.model.facts import Block, SyntaxProblem, Term
from sessionlint.model.source import Source, Span
from sessionlint.text.line_ends import with_line_feeds
from sessionlint.text.nesting import with_deep_stack

_TERMS: TermTable = {**terms.TERMS, **literals.TERMS, **displays.TERMS}
_STATEMENTS: StatementTable = {**statements.STATEMENTS, **compound.STATEMENTS, **definitions.STATEMENTS}

_INDENTED = re.compile(
    r"#[^\r\n]*|'{3}(?:\\.|[^\\])*?'{3}|\"\"\"(?:\\.|[^\\])*?\"\"\"|'(?:\\.|[^'\\\r\n])*'|\"(?:\\.|[^\"\\\r\n])*\""
    r"|\\\r?\n[ \t\f]*|^(?P<feed>[ \t]*\f[ \t\f]*)",
    re.DOTALL | re.MULTILINE,
)


def lower(text: str) -> Block:
    """The statements of ``text``. Raises what ``problem`` puts into words."""
    return with_deep_stack(lambda: _lower(with_line_feeds(text)))


def _lower(text: str) -> Block:
    tree, read = _parsed(text)
    return Walk(text, locate(tree, read), _TERMS, _STATEMENTS).lines(tree.body)


def _parsed(text: str) -> tuple[cst.Module, str]:
    """The tree, and the text that it was parsed from: a form feed before an indented line, which starts its indentation anew,
    is a line feed to libcst, which would not give it back. Nothing moves.
    """
    if "\f" not in text:
        return cst.parse_module(text), text
    read = _INDENTED.sub(lambda match: match[0].replace("\f", "\n") if match["feed"] else match[0], text)
    try:
        return cst.parse_module(read), read
    except cst.ParserSyntaxError:
        return cst.parse_module(text), text  # which counts lines as the file does


def lower_expression(text: str, span: Span, depth: int) -> tuple[Term, bool]:
    """The term of the expression at ``span``, ``depth`` levels deep in others, and whether it yields.

    Raises ValueError for what is no expression.
    """
    # parentheses: the pieces of a string may stand on several lines
    segment = f"({text[slice(*span)]})"
    try:
        tree = cst.parse_module(segment)
        located = locate(tree, segment)
    except (cst.ParserSyntaxError, CodegenMismatchError) as error:
        raise ValueError(segment) from error
    spans = {node: (start + span.start - 1, end + span.start - 1) for node, (start, end) in located.items()}
    walk = Walk(text, spans, _TERMS, _STATEMENTS, depth)
    (expression,) = _expressions(tree)
    return walk.term(expression), walk.yields


def _expressions(tree: cst.Module) -> Iterator[cst.BaseExpression]:
    for line in tree.body:
        for statement in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            if isinstance(statement, cst.Expr):
                yield statement.value


def problem(source: Source, error: Exception) -> SyntaxProblem | None:
    """Why ``lower`` raised ``error``, in words for the person who wrote the file; None where the file is not to blame."""
    if isinstance(error, cst.ParserSyntaxError):
        return syntax_problem(source, error)
    if isinstance(error, RecursionError | NestedTooDeeplyError):
        return SyntaxProblem(Span(0, 0), "nested too deeply")
    if isinstance(error, CodegenMismatchError):
        return SyntaxProblem(Span(0, 0), "cannot be read reliably: libcst does not reproduce this file exactly")
    if isinstance(error, cst.CSTValidationError | UnicodeError):
        return SyntaxProblem(Span(0, 0), f"cannot be read by libcst: {type(error).__name__}: {' '.join(str(error).split())}")
    return None
