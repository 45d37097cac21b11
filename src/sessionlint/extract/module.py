"""A file's text to its facts."""

from sessionlint.extract.garbage import without_cycle_collection
from sessionlint.extract.lower.module import lower, lower_tree
from sessionlint.extract.lower.walk import CannotTellError, NestedTooDeeplyError
from sessionlint.extract.suppressions import suppressions
from sessionlint.extract.template import looks_like_template
from sessionlint.model.facts import Block, ModuleFacts, Suppression, SyntaxProblem
from sessionlint.model.source import Source, Span
from sessionlint.text.line_ends import with_line_feeds
from sessionlint.text.nesting import seems_shallow, too_deep, with_deep_stack


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
            return _by_libcst(source, found)
        except NestedTooDeeplyError:
            return _too_deep(source, found)


def _by_libcst(source: Source, found: tuple[Suppression, ...]) -> ModuleFacts:
    if too_deep(source.text):  # which libcst would not survive, so seeming is not enough
        return _too_deep(source, found)
    try:
        return ModuleFacts(source.path, lower_by_libcst(source.text), found)
    except (RecursionError, NestedTooDeeplyError):
        return _too_deep(source, found)
    except Exception as error:
        from sessionlint.extract.newer.syntax_problem import problem

        found_wrong = problem(source, error)
        if found_wrong is None:
            raise
        return _unreadable(source, found, found_wrong)


def lower_by_libcst(text: str) -> Block:
    """The statements of ``text``, which is not ``too_deep``. Raises whatever is wrong with it."""
    from sessionlint.extract.newer.tree import parse  # and with it libcst, which takes longer to import than most runs

    text = with_line_feeds(text)
    return with_deep_stack(lambda: lower_tree(text, parse(text)))


def _too_deep(source: Source, found: tuple[Suppression, ...]) -> ModuleFacts:
    return _unreadable(source, found, SyntaxProblem(Span(0, 0), "nested too deeply"))


def _unreadable(source: Source, found: tuple[Suppression, ...], problem: SyntaxProblem) -> ModuleFacts:
    if looks_like_template(source.text):
        return ModuleFacts(source.path, suppressions=found, skipped="looks like a template (contains {{ or {%)")
    return ModuleFacts(source.path, suppressions=found, problem=problem)
