"""A file's text to its facts."""

import libcst as cst

from sessionlint.extract import compound, definitions, displays, literals, statements, terms
from sessionlint.extract.depth import too_deep, with_deep_stack
from sessionlint.extract.garbage import without_cycle_collection
from sessionlint.extract.positions import CodegenMismatchError, locate
from sessionlint.extract.suppressions import suppressions
from sessionlint.extract.syntax_problem import looks_like_template, syntax_problem
from sessionlint.extract.walk import NestedTooDeeplyError, StatementTable, TermTable, Walk
from sessionlint.model.facts import Block, ModuleFacts, Suppression, SyntaxProblem
from sessionlint.model.source import Source, Span

_TERMS: TermTable = {**terms.TERMS, **literals.TERMS, **displays.TERMS}
_STATEMENTS: StatementTable = {**statements.STATEMENTS, **compound.STATEMENTS, **definitions.STATEMENTS}


def _lower(text: str) -> Block:
    tree = cst.parse_module(text)
    return Walk(text, locate(tree, text), _TERMS, _STATEMENTS).lines(tree.body)


def extract(source: Source) -> ModuleFacts:
    """The facts of one file. Never raises: what cannot be read becomes the ``problem`` of the facts."""
    found = suppressions(source.text)
    if "\0" in source.text:
        start = source.text.index("\0")
        return _unreadable(source, found, SyntaxProblem(Span(start, start + 1), "contains a NUL character"))
    if too_deep(source.text):
        return _unreadable(source, found, SyntaxProblem(Span(0, 0), "nested too deeply"))
    try:
        with without_cycle_collection():
            body = with_deep_stack(lambda: _lower(source.text))
    except Exception as error:
        return _unreadable(source, found, _problem(source, error))
    return ModuleFacts(source.path, body, found)


def _unreadable(source: Source, found: tuple[Suppression, ...], problem: SyntaxProblem) -> ModuleFacts:
    if looks_like_template(source.text):
        return ModuleFacts(source.path, suppressions=found, skipped="looks like a template (contains {{ or {%)")
    return ModuleFacts(source.path, suppressions=found, problem=problem)


def _problem(source: Source, error: Exception) -> SyntaxProblem:
    if isinstance(error, cst.ParserSyntaxError):
        return syntax_problem(source, error)
    if isinstance(error, RecursionError | NestedTooDeeplyError):
        return SyntaxProblem(Span(0, 0), "nested too deeply")
    if isinstance(error, CodegenMismatchError):
        return SyntaxProblem(Span(0, 0), "cannot be read reliably: libcst does not reproduce this file exactly")
    return SyntaxProblem(Span(0, 0), f"cannot be read by libcst: {type(error).__name__}: {' '.join(str(error).split())}")
