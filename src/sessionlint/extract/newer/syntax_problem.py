"""Why a file does not parse, in words for the person who wrote it."""

import ast
import re
import warnings

import libcst as cst

from sessionlint.extract.newer.builder import MismatchError, UnknownNodeError
from sessionlint.model.facts import SyntaxProblem
from sessionlint.model.regex import regex
from sessionlint.model.source import Source, Span

_PARSER_ERROR = regex(r"parser error: error at (?P<line>\d+):(?P<column>\d+): expected (?:one of )?(?P<expected>.*)", re.DOTALL)
_WORDS = {"INDENT": "an indented block", "NEWLINE": "the end of the line", "NAME": "a name", "EOF": "the end of the file"}
_MOST_ALTERNATIVES = 3


def problem(source: Source, error: Exception) -> SyntaxProblem | None:
    """Why ``tree.parse`` raised ``error``, in words for the person who wrote the file; None where the file is not to blame."""
    if isinstance(error, cst.ParserSyntaxError):
        return _syntax_problem(source, error)
    if isinstance(error, MismatchError):
        return SyntaxProblem(Span(0, 0), "cannot be read reliably: libcst's tree of this file is not what the file says")
    if isinstance(error, UnknownNodeError | cst.CSTValidationError | cst.CSTLogicError | UnicodeError):
        return SyntaxProblem(Span(0, 0), f"cannot be read by libcst: {type(error).__name__}: {' '.join(str(error).split())}")
    return None


def _syntax_problem(source: Source, error: cst.ParserSyntaxError) -> SyntaxProblem:
    """The problem that ``error`` reports, in Python's own words where Python complains about the same place."""
    place = _PARSER_ERROR.match(error.message)
    line = int(place["line"]) if place else None
    own = _python_error(source.text)
    if own is not None and own.lineno and _same_place(own, line):
        return SyntaxProblem(_own_span(source, own), own.msg)
    if place is None:
        return SyntaxProblem(Span(0, 0), _humane(error.message.removeprefix("tokenizer error: ")))
    start = _offset(source, int(place["line"]), max(int(place["column"]) - 1, 0))
    return SyntaxProblem(Span(start, start), _expected(place["expected"], at_end=start >= len(source.text.rstrip())))


def _same_place(own: SyntaxError, line: int | None) -> bool:
    # Python's complaint about a much earlier line may only be that the code is newer than the running Python
    if line is None or own.lineno is None or own.lineno in (line, line - 1):
        return True
    return own.msg.endswith("was never closed") or own.msg.startswith("unterminated")


def _python_error(text: str) -> SyntaxError | None:
    """What ``ast.parse`` has against ``text``. The code is parsed, never run."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text)
        except SyntaxError as error:
            return error
        except (ValueError, RecursionError, MemoryError):
            return None
    return None


def _own_span(source: Source, own: SyntaxError) -> Span:
    start = _offset(source, own.lineno or 1, max((own.offset or 1) - 1, 0))
    if own.end_lineno == own.lineno and own.end_offset:
        return Span(start, max(start, _offset(source, own.lineno or 1, own.end_offset - 1)))
    return Span(start, start)


def _offset(source: Source, line: int, column: int) -> int:
    if line > source.line_count:
        return len(source.text)
    span = source.line_span(line)
    return min(span.start + column, span.end)


def _humane(message: str) -> str:
    return " ".join(message.split()).replace("'\\0'", "a NUL character")


def _expected(tokens: str, *, at_end: bool) -> str:
    alternatives = [_WORDS.get(token, f"'{token}'") for token in tokens.strip().split(", ")]
    if len(alternatives) <= _MOST_ALTERNATIVES:
        return f"expected {' or '.join(alternatives)}"
    return "unexpected end of file" if at_end else "invalid syntax"
