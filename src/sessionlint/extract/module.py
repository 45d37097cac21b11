"""A file's text to its facts."""

from sessionlint.extract.abstract.module import lower
from sessionlint.extract.abstract.walk import CannotTellError
from sessionlint.extract.garbage import without_cycle_collection
from sessionlint.extract.suppressions import suppressions
from sessionlint.extract.template import looks_like_template
from sessionlint.model.facts import ModuleFacts, Suppression, SyntaxProblem
from sessionlint.model.source import Source, Span
from sessionlint.text.nesting import seems_shallow, too_deep


def extract(source: Source) -> ModuleFacts:
    """The facts of one file. What Python cannot read, either, becomes the ``problem`` of the facts."""
    found = suppressions(source.text)
    if "\0" in source.text:
        start = source.text.index("\0")
        return _unreadable(source, found, SyntaxProblem(Span(start, start + 1), "contains a NUL character"))
    if not seems_shallow(source.text) and too_deep(source.text):
        return _too_deep(source, found)
    with without_cycle_collection():
        try:
            return ModuleFacts(source.path, lower(source.text), found)
        except CannotTellError:
            return _concrete(source, found)


def _concrete(source: Source, found: tuple[Suppression, ...]) -> ModuleFacts:
    if too_deep(source.text):  # which libcst would not survive, so seeming is not enough
        return _too_deep(source, found)
    from sessionlint.extract.concrete import module as concrete  # and with it libcst, which takes longer to import than most runs

    try:
        return ModuleFacts(source.path, concrete.lower(source.text), found)
    except Exception as error:
        problem = concrete.problem(source, error)
        if problem is None:
            raise
        return _unreadable(source, found, problem)


def _too_deep(source: Source, found: tuple[Suppression, ...]) -> ModuleFacts:
    return _unreadable(source, found, SyntaxProblem(Span(0, 0), "nested too deeply"))


def _unreadable(source: Source, found: tuple[Suppression, ...], problem: SyntaxProblem) -> ModuleFacts:
    if looks_like_template(source.text):
        return ModuleFacts(source.path, suppressions=found, skipped="looks like a template (contains {{ or {%)")
    return ModuleFacts(source.path, suppressions=found, problem=problem)
