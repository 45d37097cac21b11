"""A file's text to its facts."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import libcst as cst

from sessionlint.extract import compound, definitions, displays, literals, statements, terms
from sessionlint.extract.positions import CodegenMismatchError, locate
from sessionlint.extract.walk import NestedTooDeeplyError, StatementTable, TermTable, Walk
from sessionlint.model.facts import Block, ModuleFacts, SyntaxProblem
from sessionlint.model.source import Source, Span

_TERMS: TermTable = {**terms.TERMS, **literals.TERMS, **displays.TERMS}
_STATEMENTS: StatementTable = {**statements.STATEMENTS, **compound.STATEMENTS, **definitions.STATEMENTS}


@contextmanager
def _without_cycle_collection() -> Iterator[None]:
    """Parsing makes many objects and no garbage; the collector would look at them all, again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _lower(text: str) -> Block:
    tree = cst.parse_module(text)
    return Walk(text, locate(tree, text), _TERMS, _STATEMENTS).lines(tree.body)


def extract(source: Source) -> ModuleFacts:
    """The facts of one file. Never raises: what cannot be read becomes the ``problem`` of the facts."""
    with _without_cycle_collection():
        try:
            return ModuleFacts(source.path, _lower(source.text))
        except (RecursionError, NestedTooDeeplyError):
            return ModuleFacts(source.path, problem=SyntaxProblem(Span(0, 0), "nested too deeply"))
        except CodegenMismatchError:
            return ModuleFacts(source.path, problem=SyntaxProblem(Span(0, 0), "libcst does not reproduce this file exactly"))
        except Exception as error:
            return ModuleFacts(source.path, problem=SyntaxProblem(Span(0, 0), str(error)))
